using System.CommandLine;
using System.Globalization;
using ContactPlatform.Funnel.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Runs of label rules that were asked for before: they go on by themselves, whoever watches.</summary>
internal static class LabelRuleRunCommand
{
    public static Command List()
    {
        var command = new Command("runs", "Lists the newest runs, those of undos among them.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var table = new Table().RoundedBorder().AddColumns("Run", "Asked for", "Who", "Rule", "What", "State").AddColumn(new TableColumn("Done").RightAligned()).AddColumn(new TableColumn("Changed").RightAligned());
            foreach (var rule in (await stack.LabelRules.ListLabelRuleRunsAsync(new() { PageSize = 20 }, cancellationToken: cancellationToken)).LabelRuleRuns)
            {
                table.AddRow(rule.Run.RunId.ToString(CultureInfo.InvariantCulture), Words.Time(rule.Run.CreateTime), Words.Plain(Words.Who(rule.Run.Actor)), rule.LabelRuleId.ToString(CultureInfo.InvariantCulture),
                    What(rule), rule.Run.State.ToString().ToLowerInvariant(), Words.Count(rule.Run.DoneCount), Words.Count(rule.Run.ChangedCount));
            }

            AnsiConsole.Write(table);
        });
        return command;
    }

    public static Command Watch() => OfOne("watch", "Shows how far a run is, to its end.", async (stack, id, cancellationToken) =>
        (await stack.LabelRules.GetLabelRuleRunAsync(new() { RunId = id }, cancellationToken: cancellationToken)).LabelRuleRun);

    public static Command Cancel() => OfOne("cancel", "Cancels a run; contacts that it has moved stay where they are.", async (stack, id, cancellationToken) =>
        (await stack.LabelRules.CancelLabelRuleRunAsync(new() { RunId = id }, cancellationToken: cancellationToken)).LabelRuleRun);

    /// <summary>Follows a run to its end and says what it did; returns the program's exit code.</summary>
    public static async Task<int> ToEndAsync(Stack stack, LabelRuleRun started, CancellationToken cancellationToken)
    {
        var ended = await FollowAsync(stack, started, "Reading the set", What(started), cancellationToken);
        var run = ended.Run;
        AnsiConsole.MarkupLine($"  changed {Words.Count(run.ChangedCount)}, already there {Words.Count(run.UnchangedCount)}, skipped {Words.Count(run.SkipCounts.Sum(s => s.Count))}");
        RunWatch.WriteSkipped(run.SkipCounts);
        if (ended.MembersDifference is { } difference)
        {
            WriteDifference("joined", difference.AddedCount, difference.AddedContactIds);
            WriteDifference("left", difference.RemovedCount, difference.RemovedContactIds);
        }

        return RunView.WriteEnd(run);
    }

    /// <summary>Follows a run of a rule, or of an undo, to its end.</summary>
    public static Task<LabelRuleRun> FollowAsync(Stack stack, LabelRuleRun run, string reading, string doing, CancellationToken cancellationToken) =>
        RunWatch.ToEndAsync("Funnel", reading, doing, () => stack.LabelRules.WatchLabelRuleRun(new() { RunId = run.Run.RunId }, cancellationToken: cancellationToken), m => m.LabelRuleRun, r => r.Run, cancellationToken);

    private static Command OfOne(string verb, string description, Func<Stack, long, CancellationToken, Task<LabelRuleRun>> find)
    {
        var id = new Argument<long>("RUN") { Description = "The run's number." };
        var command = new Command(verb, description) { id };
        command.SetAction(async (result, cancellationToken) =>
        {
            using var stack = Stack.Find();
            var run = await find(stack, result.GetValue(id), cancellationToken);
            AnsiConsole.MarkupLine($"Run {run.Run.RunId} of rule {run.LabelRuleId}: {What(run)}");
            return await ToEndAsync(stack, run, cancellationToken);
        });
        return command;
    }

    private static string What(LabelRuleRun run) => run.UndoneRunId > 0 ? $"Undo of {run.UndoneRunId}" : $"To {Words.Stage(run.Stage)}";

    private static void WriteDifference(string what, long count, Google.Protobuf.Collections.RepeatedField<long> sample)
    {
        if (count > 0)
        {
            AnsiConsole.MarkupLine($"  {Words.Count(count)} {what} since the preview: {string.Join(", ", sample)}{(count > sample.Count ? ", ..." : "")}");
        }
    }
}
