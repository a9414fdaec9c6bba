using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.Testing;
using static ContactPlatform.Funnel.Tests.PlatformFixture;

namespace ContactPlatform.Funnel.Tests.Undos;

/// <summary>An undo that is disturbed in the middle, where a row lock of the test's own has stopped it.</summary>
[Collection("platform")]
public sealed class UndoFaultTests(PlatformFixture platform)
{
    private const int Members = 2500;

    [Fact]
    public async Task Another_replica_goes_on_when_the_worker_is_killed()
    {
        var (ids, run) = await RunAsync();
        LabelRuleRun undo;
        ServiceHost worker;
        await using (await platform.HoldAsync(ids[1200]))
        {
            undo = await StallAsync(run);
            worker = await WorkerAsync(undo);
            await worker.Process.KillAsync(default);
        }

        var other = platform.Funnel.Replicas.Single(r => r != worker);
        var ended = (await platform.WaitForRunAsync(undo.Run.RunId, new(other.Channel))).Run;
        await worker.StartAgainAsync(default);

        ended.Epoch.ShouldBeGreaterThan(1);
        await AssertExactAsync(ended, ids.Length);
    }

    [Fact]
    public async Task A_frozen_worker_that_wakes_up_writes_nothing()
    {
        var (ids, run) = await RunAsync();
        LabelRuleRun undo;
        ServiceHost worker;
        await using (await platform.HoldAsync(ids[1200]))
        {
            undo = await StallAsync(run);
            worker = await WorkerAsync(undo);
            worker.Process.Suspend();
        }
        try
        {
            var other = platform.Funnel.Replicas.Single(r => r != worker);
            await AssertExactAsync((await platform.WaitForRunAsync(undo.Run.RunId, new(other.Channel))).Run, ids.Length);
        }
        finally
        {
            worker.Process.Resume();
        }
        await UntilAsync(async () => (await new LabelRuleService.LabelRuleServiceClient(worker.Channel).GetLabelRuleRunAsync(new() { RunId = undo.Run.RunId }, platform.Headers)).LabelRuleRun.Run.State == RunState.Succeeded);
        await AssertExactAsync((await platform.WaitForRunAsync(undo.Run.RunId)).Run, ids.Length);
    }

    [Fact]
    public async Task A_cancelled_undo_keeps_what_it_reversed_and_can_be_undone()
    {
        var (ids, run) = await RunAsync();
        LabelRuleRun undo;
        await using (await platform.HoldAsync(ids[1200]))
        {
            undo = await StallAsync(run);
            (await platform.Rules.CancelLabelRuleRunAsync(new() { RunId = undo.Run.RunId }, platform.Headers)).LabelRuleRun.Run.CancelRequested.ShouldBeTrue();
        }

        var ended = (await platform.WaitForRunAsync(undo.Run.RunId)).Run;
        (ended.State, ended.TotalCount, ended.DoneCount, ended.ChangedCount).ShouldBe((RunState.Cancelled, Members, 1000, 1000));
        (await platform.UndoAsync(undo.Run.RunId)).Run.ChangedCount.ShouldBe(1000);
        (await platform.Stages.BatchGetContactStagesAsync(new() { ContactIds = { ids[500..1500] } }, platform.Headers)).ContactStages.ShouldAllBe(s => s.Stage == FunnelStage.LoyalCustomer);
        (await FunnelCheck.BrokenAsync(platform.Funnel.Database, default)).ShouldBeEmpty();
    }

    /// <summary>Moves the crowd away and then to one stage by a rule.</summary>
    private async Task<(long[] Ids, LabelRuleRun Run)> RunAsync()
    {
        var (ids, label) = await platform.CrowdAsync(Members);
        foreach (var chunk in ids.Chunk(1000))
        {
            await platform.Stages.BatchSetStageAsync(new() { ContactIds = { chunk }, Stage = FunnelStage.Aware }, platform.Headers);
        }
        var rules = await platform.Rules.ListLabelRulesAsync(new() { PageSize = 1000 }, platform.Headers);
        var rule = rules.LabelRules.FirstOrDefault(r => r.LabelId == label && r.Stage == FunnelStage.LoyalCustomer)?.LabelRuleId
            ?? await platform.CreateRuleAsync(label, FunnelStage.LoyalCustomer);
        var run = await platform.RunAsync(rule);
        run.Run.ChangedCount.ShouldBe(Members);
        return (ids, run);
    }

    /// <summary>Starts the undo and waits until it has done the piece before the one that is held.</summary>
    private async Task<LabelRuleRun> StallAsync(LabelRuleRun run)
    {
        var undo = (await platform.Undos.UndoLabelRuleRunAsync(new() { RunId = run.Run.RunId, RequestId = platform.NewRequestId() }, platform.Headers)).LabelRuleRun;
        await UntilAsync(async () => (await platform.Rules.GetLabelRuleRunAsync(new() { RunId = undo.Run.RunId }, platform.Headers)).LabelRuleRun.Run.DoneCount == 1000);
        return undo;
    }

    private async Task<ServiceHost> WorkerAsync(LabelRuleRun undo)
    {
        ServiceHost? worker = null;
        await UntilAsync(() => Task.FromResult((worker = platform.Funnel.Replicas.SingleOrDefault(r => r.Process.Lines.Any(l => l.Contains($"Run label-rule-undo {undo.Run.RunId} taken up", StringComparison.Ordinal)))) is not null));
        return worker!;
    }

    private async Task AssertExactAsync(Run undo, int members)
    {
        (undo.State, undo.TotalCount, undo.DoneCount, undo.ChangedCount).ShouldBe((RunState.Succeeded, members, members, members));
        await using var connection = await platform.Funnel.Database.OpenAsync(default);
        foreach (var what in new[] { "COUNT(*)", "COUNT(DISTINCT contact_id)" })
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT {what} FROM stage_changes WHERE run_id = {undo.RunId} AND cause = 6 AND to_stage = 1 AND from_stage = 4";
            Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture).ShouldBe(members);
        }
        (await FunnelCheck.BrokenAsync(platform.Funnel.Database, default)).ShouldBeEmpty();
    }
}
