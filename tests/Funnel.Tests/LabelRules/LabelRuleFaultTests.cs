using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.Testing;
using static ContactPlatform.Funnel.Tests.PlatformFixture;

namespace ContactPlatform.Funnel.Tests.LabelRules;

/// <summary>
/// Runs that are disturbed at a known point: a row lock of the test's own stops them in the middle, whatever the speed
/// of the machine.
/// </summary>
[Collection("platform")]
public sealed class LabelRuleFaultTests(PlatformFixture platform)
{
    private const int Members = 2500;

    [Fact]
    public async Task Another_replica_takes_over_when_the_worker_is_killed()
    {
        var (ids, rule) = await RuleAsync(FunnelStage.Customer);
        LabelRuleRun run;
        ServiceHost worker;
        await using (await platform.HoldAsync(ids[1200]))
        {
            run = await StartAndStallAsync(rule);
            worker = await WorkerAsync(run);
            await worker.Process.KillAsync(default);
        }

        var other = platform.Funnel.Replicas.Single(r => r != worker);
        var client = new LabelRuleService.LabelRuleServiceClient(other.Channel);
        await UntilAsync(async () => (await client.GetLabelRuleRunAsync(new() { RunId = run.Run.RunId }, platform.Headers)).LabelRuleRun.Run.DoneCount > run.Run.DoneCount);
        var ended = (await platform.WaitForRunAsync(run.Run.RunId, client)).Run;
        await worker.StartAgainAsync(default);

        ended.Epoch.ShouldBe(2);
        await AssertExactAsync(ended, ids);
    }

    [Fact]
    public async Task A_running_run_is_cancelled_at_its_next_piece()
    {
        var (ids, rule) = await RuleAsync(FunnelStage.Promoter);
        LabelRuleRun run;
        await using (await platform.HoldAsync(ids[1200]))
        {
            run = await StartAndStallAsync(rule);
            var asked = (await platform.Rules.CancelLabelRuleRunAsync(new() { RunId = run.Run.RunId }, platform.Headers)).LabelRuleRun.Run;
            (asked.State, asked.CancelRequested).ShouldBe((RunState.Running, true));
        }

        var ended = (await platform.WaitForRunAsync(run.Run.RunId)).Run;
        (ended.State, ended.TotalCount).ShouldBe((RunState.Cancelled, Members));
        ended.DoneCount.ShouldBeLessThan(Members);
        (await platform.Stages.BatchGetContactStagesAsync(new() { ContactIds = { ids[1001..2000] } }, platform.Headers)).ContactStages.ShouldAllBe(s => s.Stage != FunnelStage.Promoter);
        (await FunnelCheck.BrokenAsync(platform.Funnel.Database, default)).ShouldBeEmpty();
    }

    private async Task<(long[] Ids, long Rule)> RuleAsync(FunnelStage stage)
    {
        var (ids, label) = await platform.CrowdAsync(Members);
        return (ids, await platform.CreateRuleAsync(label, stage));
    }

    private async Task<LabelRuleRun> StartAndStallAsync(long rule)
    {
        var id = (await platform.StartRunAsync(rule)).Run.RunId;
        LabelRuleRun run = null!;
        // The other two of the three pieces are done by the worker that does not wait.
        await UntilAsync(async () => (run = (await platform.Rules.GetLabelRuleRunAsync(new() { RunId = id }, platform.Headers)).LabelRuleRun).Run.DoneCount == Members - 1000);
        return run;
    }

    private async Task<ServiceHost> WorkerAsync(LabelRuleRun run)
    {
        ServiceHost? worker = null;
        await UntilAsync(() => Task.FromResult((worker = platform.Funnel.Replicas.SingleOrDefault(r => r.Process.Lines.Any(l => l.Contains($"Run label-rule {run.Run.RunId} taken up", StringComparison.Ordinal)))) is not null));
        return worker!;
    }

    private async Task AssertExactAsync(Run run, long[] ids)
    {
        (run.State, run.TotalCount, run.DoneCount, run.ChangedCount).ShouldBe((RunState.Succeeded, ids.Length, ids.Length, ids.Length));
        await using var connection = await platform.Funnel.Database.OpenAsync(default);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT COUNT(*) FROM stage_changes WHERE run_id = {run.RunId}";
        Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture).ShouldBe(ids.Length);
        (await FunnelCheck.BrokenAsync(platform.Funnel.Database, default)).ShouldBeEmpty();
    }
}
