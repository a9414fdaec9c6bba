using System.CommandLine;
using ContactPlatform.Funnel.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

internal static class UndoCommand
{
    /// <summary>Contacts named that did not go back.</summary>
    private const int Named = 20;

    public static Command Create()
    {
        var id = new Argument<long>("RUN") { Description = "Number of the run, of a rule or of an undo." };
        var command = new Command("undo", "Takes back what a label rule's run did, and shows who could not go back.") { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            return await UndoAsync(stack, result.GetValue(id), cancellationToken);
        });
        return command;
    }

    private static async Task<int> UndoAsync(Stack stack, long undone, CancellationToken cancellationToken)
    {
        var requestId = RequestIds.New();
        var started = (await stack.Undos.UndoLabelRuleRunAsync(new() { RunId = undone, RequestId = requestId }, cancellationToken: cancellationToken)).LabelRuleRun;
        AnsiConsole.MarkupLine($"Undo of run {undone}: run {started.Run.RunId}");
        var run = (await LabelRuleRunCommand.FollowAsync(stack, started, "Reading what the run did", "Back", cancellationToken)).Run;
        AnsiConsole.MarkupLine($"  reversed {Words.Count(run.ChangedCount)}, left as they are {Words.Count(run.SkipCounts.Sum(s => s.Count))}");
        RunWatch.WriteSkipped(run.SkipCounts);
        if (run.SkipCounts.Count > 0)
        {
            AnsiConsole.Write(await TableAsync(stack, run.RunId, cancellationToken));
        }

        return RunView.WriteEnd(run);
    }

    private static async Task<Table> TableAsync(Stack stack, long runId, CancellationToken cancellationToken)
    {
        var table = new Table().RoundedBorder().AddColumns("Contact", "Outcome", "Reason");
        foreach (var outcome in new[] { UndoOutcome.Failed, UndoOutcome.Kept })
        {
            var page = await stack.Undos.ListUndoResultsAsync(new() { RunId = runId, Outcome = outcome, PageSize = Named }, cancellationToken: cancellationToken);
            foreach (var left in page.UndoResults)
            {
                table.AddRow(left.ContactId.ToString(System.Globalization.CultureInfo.InvariantCulture), left.Outcome.ToString().ToLowerInvariant(), Words.Plain(left.Reason));
            }

            if (page.NextPageToken.Length > 0)
            {
                table.AddRow("...", outcome.ToString().ToLowerInvariant(), "");
            }
        }

        return table;
    }
}
