using ContactPlatform.Common.V1;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>How a run is shown: a bar while it goes on, a few lines at its end.</summary>
internal static class RunView
{
    public static bool HasEnded(Run run) => run.State is RunState.Succeeded or RunState.Failed or RunState.Cancelled;

    public static Progress NewProgress() => AnsiConsole.Progress().Columns(
        new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new SpinnerColumn());

    /// <summary>Shows on a bar how far a run is; before its set is known nobody can say.</summary>
    public static void Show(ProgressTask task, string doing, Run run)
    {
        if (run.SetTime is not null)
        {
            task.IsIndeterminate = false;
            task.MaxValue = Math.Max(1, run.TotalCount);
            task.Value = run.State == RunState.Succeeded ? task.MaxValue : run.DoneCount;
        }

        task.Description = Words.Plain(Describe(doing, run, run.DoneCount));
    }

    /// <summary>What the bar's text says of a run: why it waits, or how far it is.</summary>
    public static string Describe(string what, Run run, long done)
    {
        var resumed = run.Epoch > 1 ? $", taken up {run.Epoch} times" : "";
        return run.State == RunState.Queued
            ? $"{what}: waiting{(run.Message.Length > 0 ? $" ({run.Message})" : "")}"
            : $"{what}: {Words.Count(done)} done{resumed}";
    }

    /// <summary>Writes why a run did not succeed; returns the program's exit code.</summary>
    public static int WriteEnd(Run run)
    {
        switch (run.State)
        {
            case RunState.Failed:
                AnsiConsole.MarkupLine($"[red]Failed[/]: {Words.Plain(run.Message)} ({Words.Plain(run.FailureReason)}). What was committed stays.");
                return 1;
            case RunState.Cancelled:
                AnsiConsole.MarkupLine("[yellow]Cancelled.[/] What was committed stays.");
                return 1;
            default:
                return 0;
        }
    }
}
