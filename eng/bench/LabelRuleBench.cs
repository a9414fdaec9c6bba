using ContactPlatform.Testing;

namespace ContactPlatform.Bench;

/// <summary>A label rule over a crowd, against plain SQL; and once more when nothing is left to change.</summary>
internal static class LabelRuleBench
{
    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var bed = await RuleBed.StartAsync(run.Size, 0, 1, cancellationToken);
        var (work, limit) = (new List<double>(), new List<double>());
        for (var round = 1; round <= run.Rounds; round++)
        {
            work.Add(await RuleAsync(bed, "label rule", cancellationToken));
            await bed.SettleAsync(cancellationToken);
            var stage = bed.NextStage();
            limit.Add(await PlainStages.SetAsync(bed.Stack, bed.Crowd, stage, cancellationToken));
            await bed.CheckStageAsync(stage, cancellationToken);
            BenchRun.Sample("plain SQL", limit[^1], "s");
        }
        await BenchRun.CheckFunnelAsync(bed.Stack, cancellationToken);
        return Outcome.ByTurns(work, limit, "s");
    }

    public static async Task<Outcome> NoopAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var bed = await RuleBed.StartAsync(run.Size, 0, 1, cancellationToken);
        var (work, limit) = (new List<double>(), new List<double>());
        for (var round = 1; round <= run.Rounds; round++)
        {
            var stage = bed.NextStage();
            limit.Add(await RuleAsync(bed, "label rule", cancellationToken, stage));
            var (again, seconds) = await bed.RunRuleAsync(bed.Crowd, stage, cancellationToken);
            BenchRun.Check("contacts unchanged", again.UnchangedCount, bed.Crowd.Labelled);
            BenchRun.Check("entries of the second run", await OwnStack.NumberAsync(bed.Stack.Funnel.Database, $"SELECT COUNT(*) FROM stage_changes WHERE run_id = {again.RunId}", cancellationToken), 0);
            BenchRun.Sample("the same again", seconds, "s");
            work.Add(seconds);
        }
        await BenchRun.CheckFunnelAsync(bed.Stack, cancellationToken);
        return Outcome.ByTurns(work, limit, "s");
    }

    /// <summary>One run that changes everybody, checked and printed.</summary>
    /// <returns>Seconds.</returns>
    public static async Task<double> RuleAsync(RuleBed bed, string name, CancellationToken cancellationToken, Common.V1.FunnelStage? to = null)
    {
        var stage = to ?? bed.NextStage();
        await bed.SettleAsync(cancellationToken);
        bed.Memory.Begin();
        var (run, seconds) = await bed.RunRuleAsync(bed.Crowd, stage, cancellationToken);
        var memory = bed.Memory.End();
        await bed.CheckRunAsync(run, stage, cancellationToken);
        BenchRun.Sample(name, seconds, "s");
        BenchRun.Sample("  of that, until the set was fixed", (run.SetTime - run.CreateTime).ToTimeSpan().TotalSeconds, "s");
        memory();
        return seconds;
    }
}
