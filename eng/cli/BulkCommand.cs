using System.CommandLine;
using System.Globalization;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>One thing done to every contact of a set.</summary>
internal static class BulkCommand
{
    public static Command Create() => new("bulk", "Does one thing to every contact of a segment or a static list, or to those that are named.")
    {
        Act("add-label", "Puts a label on them.", new Argument<string>("LABEL") { Description = "Name of the label." }, async (stack, name, token) => new() { AddLabelId = (await LabelLookup.FindAsync(stack, name, token)).LabelId }),
        Act("remove-label", "Takes a label off them.", new Argument<string>("LABEL") { Description = "Name of the label." }, async (stack, name, token) => new() { RemoveLabelId = (await LabelLookup.FindAsync(stack, name, token)).LabelId }),
        Act("add-to-list", "Puts them on a static list.", new Argument<string>("LIST") { Description = "Name of the list." }, async (stack, name, token) => new() { AddContactListId = (await ListCommand.FindAsync(stack, name, token)).ContactListId }),
        Act("remove-from-list", "Takes them off a static list.", new Argument<string>("LIST") { Description = "Name of the list." }, async (stack, name, token) => new() { RemoveContactListId = (await ListCommand.FindAsync(stack, name, token)).ContactListId }),
        Act("activate", "Makes their records active.", null, (_, _, _) => Task.FromResult(new BulkAction { SetRecordState = RecordState.Active })),
        Act("deactivate", "Makes their records inactive.", null, (_, _, _) => Task.FromResult(new BulkAction { SetRecordState = RecordState.Inactive })),
        List(), Watch(), Cancel(),
    };

    private static Command Act(string verb, string description, Argument<string>? target, Func<Stack, string, CancellationToken, Task<BulkAction>> read)
    {
        var (set, dryRun) = (new BulkArguments(), new Option<bool>("--dry-run") { Description = "Only counts the contacts." });
        var command = new Command(verb, description) { dryRun };
        if (target is not null)
        {
            command.Add(target);
        }

        set.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var action = await read(stack, target is null ? "" : result.GetValue(target)!, cancellationToken);
            var contacts = await set.FindAsync(stack, result, cancellationToken);
            if (result.GetValue(dryRun))
            {
                var count = (await stack.Segments.CountSegmentAsync(new() { Contacts = contacts }, cancellationToken: cancellationToken)).ContactCount;
                AnsiConsole.MarkupLine($"{Words.Count(count, "contact")}; [yellow]dry run[/]: nothing was changed");
                return 0;
            }

            // Known before the answer, so that a retry after a lost answer does not do it twice.
            var request = new CreateBulkRunRequest { Contacts = contacts, Action = action, RequestId = RequestIds.New() };
            var run = (await stack.Bulk.CreateBulkRunAsync(request, cancellationToken: cancellationToken)).BulkRun;
            AnsiConsole.MarkupLine($"Bulk run {run.BulkRunId}: {Describe(action, target is null ? null : Words.Plain(result.GetValue(target)!))}");
            return await ToEndAsync(stack, run, cancellationToken);
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists the newest runs.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("Run", "Asked for", "Who", "What", "State").AddColumn(new TableColumn("Done").RightAligned()).AddColumn(new TableColumn("Changed").RightAligned());
            foreach (var bulk in (await stack.Bulk.ListBulkRunsAsync(new() { PageSize = 20 }, cancellationToken: cancellationToken)).BulkRuns)
            {
                table.AddRow(bulk.BulkRunId.ToString(CultureInfo.InvariantCulture), Words.Time(bulk.Run.CreateTime), Words.Plain(Words.Who(bulk.Run.Actor)), Describe(bulk.Action),
                    bulk.Run.State.ToString().ToLowerInvariant(), Words.Count(bulk.Run.DoneCount), Words.Count(bulk.Run.ChangedCount));
            }

            AnsiConsole.Write(table);
        });
        return command;
    }

    private static Command Watch()
    {
        var id = new Argument<long>("RUN") { Description = "The run's number." };
        var command = new Command("watch", "Shows how far a run is, to its end.") { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            return await ToEndAsync(stack, (await stack.Bulk.GetBulkRunAsync(new() { BulkRunId = result.GetValue(id) }, cancellationToken: cancellationToken)).BulkRun, cancellationToken);
        });
        return command;
    }

    private static Command Cancel()
    {
        var id = new Argument<long>("RUN") { Description = "The run's number." };
        var command = new Command("cancel", "Cancels a run; contacts that it has changed stay so.") { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            return await ToEndAsync(stack, (await stack.Bulk.CancelBulkRunAsync(new() { BulkRunId = result.GetValue(id) }, cancellationToken: cancellationToken)).BulkRun, cancellationToken);
        });
        return command;
    }

    private static async Task<int> ToEndAsync(Stack stack, BulkRun bulk, CancellationToken cancellationToken)
    {
        bulk = await RunWatch.ToEndAsync("Contacts", "reading the set", "changing",
            () => stack.Bulk.WatchBulkRun(new() { BulkRunId = bulk.BulkRunId }, cancellationToken: cancellationToken), m => m.BulkRun, b => b.Run, cancellationToken);
        AnsiConsole.MarkupLine($"  changed {Words.Count(bulk.Run.ChangedCount)}, as they were {Words.Count(bulk.Run.UnchangedCount)}, skipped {Words.Count(bulk.Run.SkipCounts.Sum(s => s.Count))}");
        RunWatch.WriteSkipped(bulk.Run.SkipCounts);
        return RunView.WriteEnd(bulk.Run);
    }

    private static string Describe(BulkAction action, string? name = null) => action.ActionCase switch
    {
        BulkAction.ActionOneofCase.SetRecordState => $"record {action.SetRecordState.ToString().ToLowerInvariant()}",
        BulkAction.ActionOneofCase.AddLabelId => $"label + {name ?? $"{action.AddLabelId}"}",
        BulkAction.ActionOneofCase.RemoveLabelId => $"label - {name ?? $"{action.RemoveLabelId}"}",
        BulkAction.ActionOneofCase.AddContactListId => $"list + {name ?? $"{action.AddContactListId}"}",
        BulkAction.ActionOneofCase.RemoveContactListId => $"list - {name ?? $"{action.RemoveContactListId}"}",
        _ => "something that this program does not know",
    };
}
