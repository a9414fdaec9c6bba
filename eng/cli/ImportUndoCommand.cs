using System.CommandLine;
using System.Globalization;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Takes back an import.</summary>
internal static class ImportUndoCommand
{
    /// <summary>Contacts named that did not go back.</summary>
    private const int Named = 20;

    public static Command Create()
    {
        var id = new Argument<long>("IMPORT") { Description = "Number of the import." };
        var command = new Command("undo", "Takes back what an import did, where nobody has changed it since, and shows who stays.") { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            return await UndoAsync(stack, result.GetValue(id), cancellationToken);
        });
        return command;
    }

    private static async Task<int> UndoAsync(Stack stack, long importId, CancellationToken cancellationToken)
    {
        var undo = (await stack.ImportUndos.UndoImportAsync(new() { ImportId = importId, RequestId = RequestIds.New() }, cancellationToken: cancellationToken)).ImportUndo;
        undo = await RunWatch.ToEndAsync("Contacts", "Undoing", "Undoing",
            () => stack.ImportUndos.WatchImportUndo(new() { ImportUndoId = undo.ImportUndoId }, cancellationToken: cancellationToken), m => m.ImportUndo, u => u.Run, cancellationToken);
        AnsiConsole.MarkupLine($"Undo {undo.ImportUndoId} of import {importId}: {Words.Count(undo.Run.DoneCount, "contact")}");
        var grid = new Grid().AddColumns(new GridColumn().PadLeft(2), new GridColumn().PadLeft(1).RightAligned());
        foreach (var (what, count) in new[]
        {
            ("deleted", undo.DeletedCount), ("as before", undo.RestoredCount + undo.Run.UnchangedCount), ("partly as before", undo.PartlyRestoredCount), ("kept", undo.KeptCount), ("gone", undo.FailedCount),
        })
        {
            grid.AddRow(what, Words.Count(count));
        }

        AnsiConsole.Write(grid);
        if (undo.PartlyRestoredCount + undo.KeptCount + undo.FailedCount > 0)
        {
            AnsiConsole.Write(await TableAsync(stack, undo.ImportUndoId, cancellationToken));
        }

        return RunView.WriteEnd(undo.Run);
    }

    private static async Task<Table> TableAsync(Stack stack, long undoId, CancellationToken cancellationToken)
    {
        var table = new Table().RoundedBorder().AddColumns("Contact", "Outcome", "Reason", "Kept");
        var page = await stack.ImportUndos.ListImportUndoResultsAsync(new() { ImportUndoId = undoId, PageSize = Named }, cancellationToken: cancellationToken);
        foreach (var left in page.Results)
        {
            table.AddRow(left.ContactId.ToString(CultureInfo.InvariantCulture), left.Outcome == ImportUndoOutcome.PartlyRestored ? "partly" : left.Outcome.ToString().ToLowerInvariant(), Words.Plain(left.Reason), Words.Plain(string.Join(", ", left.KeptFields)));
        }

        if (page.NextPageToken.Length > 0)
        {
            table.AddRow("...", "", "", "");
        }

        return table;
    }
}
