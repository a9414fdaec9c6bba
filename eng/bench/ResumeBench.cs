using System.Diagnostics;
using ContactPlatform.Common.V1;
using ContactPlatform.Testing;

namespace ContactPlatform.Bench;

/// <summary>
/// kill -9 of the Funnel that works on a run, half-way: seconds until the other replica has committed the next piece. The
/// ratio is the whole run's time over that of the undisturbed run and the gap.
/// </summary>
internal static class ResumeBench
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var bed = await RuleBed.StartAsync(run.Size, 0, 2, cancellationToken);
        var (gaps, totals, undisturbed) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 1; round <= run.Rounds; round++)
        {
            undisturbed.Add(await LabelRuleBench.RuleAsync(bed, "undisturbed", cancellationToken));
            await bed.SettleAsync(cancellationToken);
            var (gap, total) = await KillAsync(bed, run.Size, cancellationToken);
            gaps.Add(gap);
            totals.Add(total);
            BenchRun.Sample("from kill -9 to the next piece", gap, "s");
            BenchRun.Sample("the whole run", total, "s");
        }
        await BenchRun.CheckFunnelAsync(bed.Stack, cancellationToken);
        var limit = undisturbed.Median() + gaps.Median();
        return new Outcome(gaps.Median(), "s", limit, totals.Median() / limit);
    }

    private static async Task<(double Gap, double Total)> KillAsync(RuleBed bed, int size, CancellationToken cancellationToken)
    {
        var (database, stage) = (bed.Stack.Funnel.Database, bed.NextStage());
        var rule = await bed.RuleAsync(bed.Crowd.LabelId, stage, cancellationToken);
        var start = TimeProvider.System.GetUtcNow();
        var id = (await bed.StartRuleAsync(rule, cancellationToken)).RunId;
        await UntilAsync(async () => await DoneAsync() >= size / 2);
        var worker = bed.Stack.Funnel.Replicas.Single(r => r.Process.Lines.Any(l => l.Contains($"Run label-rule {id} taken up", StringComparison.Ordinal)));
        await worker.Process.KillAsync(cancellationToken);
        var killed = Stopwatch.GetTimestamp();
        var done = await DoneAsync();
        await UntilAsync(async () => await DoneAsync() > done);
        var gap = Stopwatch.GetElapsedTime(killed).TotalSeconds;
        await UntilAsync(async () => await OwnStack.NumberAsync(database, $"SELECT state FROM runs WHERE run_id = {id}", cancellationToken) == (int)RunState.Succeeded);
        var total = (TimeProvider.System.GetUtcNow() - start).TotalSeconds;
        await worker.StartAgainAsync(cancellationToken);
        await worker.Channel.ConnectAsync(cancellationToken);
        var run = (await bed.Stack.Rules.GetLabelRuleRunAsync(new() { RunId = id }, bed.Stack.Headers, cancellationToken: cancellationToken)).LabelRuleRun.Run;
        await bed.CheckRunAsync(run, stage, cancellationToken);
        return (gap, total);

        Task<long> DoneAsync() => OwnStack.NumberAsync(database, $"SELECT done_count FROM runs WHERE run_id = {id}", cancellationToken);

        async Task UntilAsync(Func<Task<bool>> holds)
        {
            while (!await holds())
            {
                await Task.Delay(Poll, TimeProvider.System, cancellationToken);
            }
        }
    }
}
