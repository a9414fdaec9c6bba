using System.CommandLine;
using ContactPlatform.Deliverability.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>The suppression list: addresses that nothing is sent to.</summary>
internal static class SuppressCommand
{
    private const int Batch = 1000;

    public static Command Create() => new("suppress", "Keeps addresses from being written to, whoever has them.") { Add(), Remove(), Upload(), All() };

    private static Command Add()
    {
        var (address, reason) = (Address(), new Option<string?>("--reason") { Description = "Why." });
        var command = new Command("add", "Puts an address on the list.") { address, reason };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var reply = await stack.Suppressions.AddSuppressionAsync(new() { Address = result.GetValue(address)!, Reason = result.GetValue(reason) ?? "" }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine($"{Words.Plain(reply.Suppression.Address)} {(reply.Changed ? "is on the list now." : $"has been on the list since {Words.Time(reply.Suppression.SuppressTime)}.")}");
        });
        return command;
    }

    private static Command Remove()
    {
        var (address, reason) = (Address(), new Option<string>("--reason") { Description = "Why it may be written to again.", Required = true });
        var command = new Command("remove", "Takes an address off the list.") { address, reason };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            await stack.Suppressions.RemoveSuppressionAsync(new() { Address = result.GetValue(address)!, Reason = result.GetValue(reason)! }, cancellationToken: cancellationToken);
            AnsiConsole.MarkupLine($"{Words.Plain(result.GetValue(address)!)} is off the list. `./dev cli deliverability explain` shows what else there is.");
        });
        return command;
    }

    private static Command Upload()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "A text file with one address a line." };
        var reason = new Option<string?>("--reason") { Description = "Why." };
        var command = new Command("upload", "Puts the addresses of a file on the list.") { file, reason };
        command.SetAction(async (result, cancellationToken) =>
        {
            var path = ExistingFile.Require(result.GetValue(file)!);
            using var stack = Stack.Find();
            using var call = stack.Suppressions.UploadSuppressions(cancellationToken: cancellationToken);
            await call.RequestStream.WriteAsync(new() { Start = new() { Reason = result.GetValue(reason) ?? "" } }, cancellationToken);
            foreach (var part in File.ReadLines(path.FullName).Where(l => !string.IsNullOrWhiteSpace(l)).Chunk(Batch))
            {
                await call.RequestStream.WriteAsync(new() { Addresses = new() { Addresses = { part } } }, cancellationToken);
            }

            await call.RequestStream.CompleteAsync();
            var reply = await call;
            AnsiConsole.MarkupLine($"Put on the list {Words.Count(reply.AddedCount)}, on it before {Words.Count(reply.UnchangedCount)}, refused {Words.Count(reply.RefusedCount)}");
            foreach (var refusal in reply.Refusals.Take(20))
            {
                AnsiConsole.MarkupLine($"    address {refusal.Number} {Words.Plain(refusal.Problem)}");
            }
        });
        return command;
    }

    private static Command All()
    {
        var command = new Command("list", "Lists what is on the list.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("Address", "Since", "By", "Because");
            var request = new ListSuppressionsRequest { PageSize = Batch };
            do
            {
                var page = await stack.Suppressions.ListSuppressionsAsync(request, cancellationToken: cancellationToken);
                foreach (var suppression in page.Suppressions)
                {
                    table.AddRow(Words.Plain(suppression.Address.Length > 0 ? suppression.Address : "(erased)"), Words.Time(suppression.SuppressTime), Words.Plain(Words.Who(suppression.Actor)), Words.Plain(suppression.Reason));
                }

                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            AnsiConsole.Write(table);
        });
        return command;
    }

    private static Argument<string> Address() => new("ADDRESS") { Description = "An email." };
}
