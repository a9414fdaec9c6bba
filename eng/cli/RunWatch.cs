using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Follows a run of a label rule, or of an undo, to its end.</summary>
internal static class RunWatch
{
    /// <param name="stack">Whom to ask.</param>
    /// <param name="run">The run.</param>
    /// <param name="reading">What it does before its set is known.</param>
    /// <param name="doing">What it does with its set.</param>
    /// <param name="cancellationToken">Ends the watching, not the run.</param>
    public static async Task<LabelRuleRun> ToEndAsync(Stack stack, LabelRuleRun run, string reading, string doing, CancellationToken cancellationToken)
    {
        await RunView.NewProgress().StartAsync(async progress =>
        {
            var task = progress.AddTask(reading);
            task.IsIndeterminate = true;
            var id = run.Run.RunId;
            await foreach (var message in Watching.FollowAsync(
                () => stack.LabelRules.WatchLabelRuleRun(new() { RunId = id }, cancellationToken: cancellationToken),
                () => task.Description = "Funnel went away; the run goes on when it is back",
                cancellationToken))
            {
                run = message.LabelRuleRun;
                RunView.Show(task, doing, run.Run);
                if (RunView.HasEnded(run.Run))
                {
                    break;
                }
            }
        });
        return run;
    }

    /// <summary>One line for each reason why contacts were left as they were.</summary>
    public static void WriteSkipped(IEnumerable<SkipCount> skipped)
    {
        foreach (var skip in skipped)
        {
            AnsiConsole.MarkupLine($"    {Words.Plain(skip.Reason)}: {Words.Count(skip.Count)}");
        }
    }
}
