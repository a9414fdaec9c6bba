using System.CommandLine;
using ContactPlatform.Deliverability.V1;
using Grpc.Core;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>What may be wrong with addresses, before anything is sent to them.</summary>
internal static class ValidateCommand
{
    private const int PartSize = 2_000;

    public static Command Create() => new("validate", "Says of addresses whether mail may reach them; each costs a credit.") { File(), Results(), Credits(), Grant() };

    private static Command File()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "One address in a line." };
        var csv = new Option<FileInfo?>("--results") { Description = "Writes what was found to this CSV file." };
        var command = new Command("file", "Looks at the addresses of a file.") { file, csv };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var path = ExistingFile.Require(result.GetValue(file)!);
            var validation = await UploadAsync(stack, path, cancellationToken);
            AnsiConsole.MarkupLine($"Validation {validation.AddressValidationId}: {Words.Count(validation.Run.TotalCount)} addresses");
            validation = await RunWatch.ToEndAsync("Deliverability", "looking at addresses", "looking at addresses",
                () => stack.Validations.WatchAddressValidation(new() { AddressValidationId = validation.AddressValidationId }, cancellationToken: cancellationToken), m => m.AddressValidation, v => v.Run, cancellationToken);
            foreach (var verdict in validation.VerdictCounts)
            {
                AnsiConsole.MarkupLine($"  {verdict.Verdict.ToString().ToLowerInvariant(),-6} {Words.Count(verdict.Count)}");
            }

            if (result.GetValue(csv) is { } target)
            {
                await DownloadAsync(stack, validation.AddressValidationId, target, cancellationToken);
            }

            return RunView.WriteEnd(validation.Run);
        });
        return command;
    }

    private static Command Results()
    {
        var id = new Argument<long>("VALIDATION") { Description = "The validation's number." };
        var csv = new Argument<FileInfo>("FILE") { Description = "The CSV file to write." };
        var command = new Command("results", "Writes what was found to a CSV file.") { id, csv };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            await DownloadAsync(stack, result.GetValue(id), result.GetValue(csv)!, cancellationToken);
        });
        return command;
    }

    private static Command Credits()
    {
        var command = new Command("credits", "Shows how many credits there are.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            Show((await stack.Credits.GetValidationCreditsAsync(new(), cancellationToken: cancellationToken)).ValidationCredits);
        });
        return command;
    }

    private static Command Grant()
    {
        var count = new Argument<long>("COUNT") { Description = "How many." };
        var reason = new Option<string>("--reason") { Description = "Why.", Required = true };
        var command = new Command("grant", "Grants credits; needs the scope credits.grant.") { count, reason };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var request = new GrantValidationCreditsRequest { CreditCount = result.GetValue(count), Reason = result.GetValue(reason)!, RequestId = RequestIds.New() };
            Show((await stack.Credits.GrantValidationCreditsAsync(request, cancellationToken: cancellationToken)).ValidationCredits);
        });
        return command;
    }

    private static async Task<AddressValidation> UploadAsync(Stack stack, FileInfo path, CancellationToken cancellationToken)
    {
        using var call = stack.Validations.UploadAddressValidation(cancellationToken: cancellationToken);
        try
        {
            await call.RequestStream.WriteAsync(new() { Start = new() { DisplayName = path.Name, RequestId = RequestIds.New() } }, cancellationToken);
            foreach (var part in System.IO.File.ReadLines(path.FullName).Where(l => l.Trim().Length > 0).Chunk(PartSize))
            {
                await call.RequestStream.WriteAsync(new() { Addresses = new() { Addresses = { part } } }, cancellationToken);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // The service ended the call early; its answer says why.
        }

        return (await call).AddressValidation;
    }

    private static async Task DownloadAsync(Stack stack, long id, FileInfo target, CancellationToken cancellationToken)
    {
        using var call = stack.Validations.DownloadAddressResults(new() { AddressValidationId = id }, cancellationToken: cancellationToken);
        await using var file = target.Create();
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            await file.WriteAsync(call.ResponseStream.Current.Data.Memory, cancellationToken);
        }

        AnsiConsole.MarkupLine($"What was found is in {Words.Plain(target.ToString())}.");
    }

    private static void Show(ValidationCredits credits) =>
        AnsiConsole.MarkupLine($"{Words.Count(credits.AvailableCount, "credit")} available, {Words.Count(credits.ReservedCount)} reserved, {Words.Count(credits.ChargedCount)} used of {Words.Count(credits.GrantedCount)}.");
}
