using System.CommandLine;
using System.Globalization;
using ContactPlatform.Deliverability.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Whom one may write to.</summary>
internal static class SendableCommand
{
    public static Command Create()
    {
        var whom = new Argument<string[]>("WHOM") { Description = "Emails, or numbers of contacts; at most 1,000.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("sendable", "Asks the send gate about some addresses or contacts.") { whom };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var request = new CheckSendableRequest();
            foreach (var text in result.GetValue(whom)!)
            {
                if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                {
                    request.ContactIds.Add(id);
                }
                else
                {
                    request.Addresses.Add(text);
                }
            }

            var reply = await stack.Sendability.CheckSendableAsync(request, cancellationToken: cancellationToken);
            var table = new Table().RoundedBorder().AddColumns("Whom", "Status", "May be written to");
            foreach (var check in reply.Checks)
            {
                table.AddRow(
                    Words.Plain(check.Address.Length > 0 ? check.Address : $"contact {check.ContactId}"),
                    check.Status == DeliverabilityStatus.Unspecified ? "" : Words.Spaced(check.Status.ToString()),
                    check.Sendable ? "[green]yes[/]" : $"[red]no[/]: {Words.Spaced(check.Block.ToString()).ToLowerInvariant()}");
            }

            foreach (var id in reply.MissingContactIds)
            {
                table.AddRow($"contact {id}", "", "there is no such contact");
            }

            AnsiConsole.Write(table);
        });
        return command;
    }
}
