using ContactPlatform.Common.V1;
using Grpc.Core;
using Spectre.Console;

namespace ContactPlatform.Cli;

/// <summary>Follows bulk work of any kind to its end.</summary>
internal static class RunWatch
{
    /// <param name="service">Who does it.</param>
    /// <param name="reading">What it does before its set is known.</param>
    /// <param name="doing">What it does with its set.</param>
    /// <param name="watch">Opens the stream that tells of it.</param>
    /// <param name="find">The work in a message of the stream.</param>
    /// <param name="run">The work's run.</param>
    /// <param name="cancellationToken">Ends the watching, not the work.</param>
    /// <returns>The work as it has ended.</returns>
    public static async Task<T> ToEndAsync<TMessage, T>(
        string service, string reading, string doing, Func<AsyncServerStreamingCall<TMessage>> watch, Func<TMessage, T> find, Func<T, Run> run, CancellationToken cancellationToken)
        where T : class
    {
        T? work = null;
        await RunView.NewProgress().StartAsync(async progress =>
        {
            var task = progress.AddTask(Words.Plain(reading));
            task.IsIndeterminate = true;
            await foreach (var message in Watching.FollowAsync(watch, () => task.Description = $"{service} went away; the run goes on when it is back", cancellationToken))
            {
                work = find(message);
                RunView.Show(task, run(work).SetTime is null ? reading : doing, run(work));
                if (RunView.HasEnded(run(work)))
                {
                    break;
                }
            }
        });
        return work!;
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
