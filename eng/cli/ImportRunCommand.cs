using System.CommandLine;
using System.Globalization;
using ContactPlatform.Contacts.V1;
using Grpc.Core;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Imports that were asked for before: they go on by themselves, whoever watches.</summary>
internal static class ImportRunCommand
{
    /// <summary>The option that names a file for the refused rows.</summary>
    public static Option<FileInfo?> Errors() => new("--errors") { Description = "Where to write the refused rows, with line numbers and reasons, as CSV." };

    public static Command List()
    {
        var command = new Command("list", "Lists the newest imports.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("Import", "Asked for", "Who", "File", "State").AddColumn(new TableColumn("Rows").RightAligned()).AddColumn(new TableColumn("Refused").RightAligned());
            foreach (var import in (await stack.Imports.ListImportsAsync(new() { PageSize = 20 }, cancellationToken: cancellationToken)).Imports)
            {
                table.AddRow(import.ImportId.ToString(CultureInfo.InvariantCulture), Words.Time(import.Run.CreateTime), Words.Plain(Words.Who(import.Run.Actor)), Words.Plain(import.Config.DisplayName),
                    import.Run.State.ToString().ToLowerInvariant(), Words.Count(import.Run.DoneCount), Words.Count(import.RefusedCount));
            }

            AnsiConsole.Write(table);
        });
        return command;
    }

    public static Command Watch() => OfOne("watch", "Shows how far an import is, to its end.", async (stack, id, cancellationToken) =>
        (await stack.Imports.GetImportAsync(new() { ImportId = id }, cancellationToken: cancellationToken)).Import);

    public static Command Cancel() => OfOne("cancel", "Cancels an import; rows that were imported stay so, until it is undone.", async (stack, id, cancellationToken) =>
        (await stack.Imports.CancelImportAsync(new() { ImportId = id }, cancellationToken: cancellationToken)).Import);

    /// <summary>Shows on a bar how far an import is, to its end.</summary>
    public static async Task<Import> FollowAsync(Stack stack, Import import, ProgressContext progress, CancellationToken cancellationToken)
    {
        var task = progress.AddTask("Importing", maxValue: Math.Max(1, import.ByteCount));
        await foreach (var message in Watching.FollowAsync(
            () => stack.Imports.WatchImport(new() { ImportId = import.ImportId }, cancellationToken: cancellationToken),
            () => task.Description = "Importing: Contacts went away; the import goes on when it is back",
            cancellationToken))
        {
            import = message.Import;
            task.Description = Words.Plain(RunView.Describe("Importing", import.Run, import.Run.DoneCount));
            task.Value = import.DoneByteCount;
            if (RunView.HasEnded(import.Run))
            {
                task.Value = import.Run.State == Common.V1.RunState.Succeeded ? task.MaxValue : task.Value;
                break;
            }
        }

        return import;
    }

    /// <summary>Says what an import did, and writes the refused rows where they are wanted; returns the program's exit code.</summary>
    public static async Task<int> WriteResultAsync(Stack stack, Import import, FileInfo? errors, CancellationToken cancellationToken)
    {
        var dry = import.Config.DryRun;
        var unsubscribe = import.Config.Mode == ImportMode.Unsubscribe;
        var grid = new Grid().AddColumns(new GridColumn().PadLeft(2), new GridColumn().PadLeft(1).RightAligned());
        foreach (var (what, count) in new[]
        {
            (dry ? "would be created" : "created", unsubscribe ? -1 : import.CreatedCount),
            (dry ? "would be updated" : "updated", unsubscribe ? -1 : import.UpdatedCount),
            (dry ? "would be unsubscribed" : "unsubscribed", unsubscribe ? import.UpdatedCount : -1),
            (dry ? "would be remembered" : "remembered", unsubscribe ? import.RememberedCount : -1),
            ("unchanged", import.UnchangedCount),
            ("refused", import.RefusedCount),
        }.Where(l => l.Item2 >= 0))
        {
            grid.AddRow(what, Words.Count(count));
        }

        AnsiConsole.MarkupLine($"Import {import.ImportId}: {Words.Count(import.Run.DoneCount, "row")}{(dry ? ", [yellow]dry run[/]: nothing was changed" : "")}");
        AnsiConsole.Write(grid);
        if (!unsubscribe && import.UnsubscribedCount > 0)
        {
            AnsiConsole.MarkupLine($"{(dry ? "Would be unsubscribed" : "Unsubscribed")}, since an address of theirs was before: {Words.Count(import.UnsubscribedCount)}");
        }

        if (import.RefusedCount > 0 && errors is null)
        {
            AnsiConsole.MarkupLine("Add --errors FILE to get the refused rows with their reasons.");
        }
        else if (errors is not null)
        {
            await using var output = errors.Create();
            using var call = stack.Imports.DownloadImportErrors(new() { ImportId = import.ImportId }, cancellationToken: cancellationToken);
            await foreach (var part in call.ResponseStream.ReadAllAsync(cancellationToken))
            {
                part.Data.WriteTo(output);
            }

            AnsiConsole.MarkupLine(import.RefusedCount > 0 ? $"The refused rows are in {Words.Plain(errors.Name)}." : $"No row was refused: {Words.Plain(errors.Name)} has a header only.");
        }

        return RunView.WriteEnd(import.Run);
    }

    private static Command OfOne(string verb, string description, Func<Stack, long, CancellationToken, Task<Import>> find)
    {
        var (id, errors) = (new Argument<long>("IMPORT") { Description = "Number of the import." }, Errors());
        var command = new Command(verb, description) { id, errors };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var found = await find(stack, result.GetValue(id), cancellationToken);
            var ended = await RunView.NewProgress().StartAsync(progress => FollowAsync(stack, found, progress, cancellationToken));
            return await WriteResultAsync(stack, ended, result.GetValue(errors), cancellationToken);
        });
        return command;
    }
}
