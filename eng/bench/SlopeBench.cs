namespace ContactPlatform.Bench;

/// <summary>
/// How a label rule's cost grows: microseconds per contact at a hundredth, a tenth and the whole of the size, against the
/// whole; and at a tenth among ten times as many contacts without the label.
/// </summary>
internal static class SlopeBench
{
    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var costs = new List<double>();
        foreach (var (labelled, others) in new[] { (run.Size / 100, 0), (run.Size / 10, 0), (run.Size, 0), (run.Size / 10, run.Size / 10 * 9) })
        {
            await using var bed = await RuleBed.StartAsync(Math.Max(1, labelled), others, 1, cancellationToken);
            var times = new List<double>();
            for (var round = 1; round <= run.Rounds; round++)
            {
                times.Add(await LabelRuleBench.RuleAsync(bed, $"{labelled} labelled, {others} others", cancellationToken));
            }
            await BenchRun.CheckFunnelAsync(bed.Stack, cancellationToken);
            costs.Add(times.Median() / bed.Crowd.Labelled * 1e6);
            BenchRun.Sample($"{labelled} labelled, {others} others: each", costs[^1], "us");
        }
        BenchRun.Sample("a tenth among others, over a tenth alone", costs[3] / costs[1], "");
        return new Outcome(costs[2], "us", costs[1]);
    }
}
