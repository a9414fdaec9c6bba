using System.CommandLine;
using System.Globalization;
using ContactPlatform.Deliverability.V1;
using Grpc.Core;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Contents of mails under names, with their versions.</summary>
internal static class MailTemplateCommand
{
    private const int PageSize = 1000;

    public static Command Create() => new("templates", "Keeps contents of mails under names.") { Put(), List() };

    private static Command Put()
    {
        var name = new Argument<string>("NAME") { Description = "Its name." };
        var subject = new Option<string>("--subject") { Description = "Subject, with {{variables}}.", Required = true };
        var text = new Option<FileInfo?>("--text") { Description = "A file with the text, with {{variables}}." };
        var html = new Option<FileInfo?>("--html") { Description = "A file with HTML, with {{variables}}." };
        var command = new Command("put", "Stores a template, or a new version of the one that has this name.") { name, subject, text, html };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var template = new MailTemplate
            {
                Name = result.GetValue(name)!,
                Content = new() { Subject = result.GetValue(subject)!, Text = await ReadAsync(result.GetValue(text), cancellationToken), Html = await ReadAsync(result.GetValue(html), cancellationToken) },
            };
            var (stored, changed) = await StoreAsync(stack, template, cancellationToken);
            AnsiConsole.MarkupLine($"Template {Words.Plain(stored.Name)}: version {stored.Version}{(changed ? "" : ", which was the same already")}");
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists the templates.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("Template", "Name", "Version", "Changed");
            foreach (var template in (await stack.MailTemplates.ListMailTemplatesAsync(new() { PageSize = PageSize }, cancellationToken: cancellationToken)).MailTemplates)
            {
                table.AddRow(Number(template.MailTemplateId), Words.Plain(template.Name), Number(template.Version), Words.Time(template.UpdateTime));
            }

            AnsiConsole.Write(table);
        });
        return command;
    }

    private static async Task<(MailTemplate Stored, bool Changed)> StoreAsync(Stack stack, MailTemplate template, CancellationToken cancellationToken)
    {
        try
        {
            var known = (await stack.MailTemplates.GetMailTemplateAsync(new() { Name = template.Name }, cancellationToken: cancellationToken)).MailTemplate;
            template.MailTemplateId = known.MailTemplateId;
            var updated = await stack.MailTemplates.UpdateMailTemplateAsync(new() { MailTemplate = template, UpdateMask = new() { Paths = { "content" } } }, cancellationToken: cancellationToken);
            return (updated.MailTemplate, updated.Changed);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return ((await stack.MailTemplates.CreateMailTemplateAsync(new() { MailTemplate = template, RequestId = RequestIds.New() }, cancellationToken: cancellationToken)).MailTemplate, true);
        }
    }

    private static async Task<string> ReadAsync(FileInfo? file, CancellationToken cancellationToken) =>
        file is null ? "" : await File.ReadAllTextAsync(ExistingFile.Require(file).FullName, cancellationToken);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
