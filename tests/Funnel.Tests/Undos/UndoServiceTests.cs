using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.Testing;
using Grpc.Core;
using StackExchange.Redis;
using static ContactPlatform.Funnel.Tests.PlatformFixture;

namespace ContactPlatform.Funnel.Tests.Undos;

[Collection("platform")]
public sealed class UndoServiceTests(PlatformFixture platform)
{
    [Fact]
    public async Task An_undo_takes_back_what_it_can_and_tells_of_each_contact_and_is_undone_itself()
    {
        var ids = await platform.CreateContactsAsync(8);
        var (none, engaged, lost, since, inactive, deleted, there) = (ids[0], ids[1], ids[2], ids[3], ids[4], ids[5], ids[6]);
        await platform.Stages.BatchSetStageAsync(new() { ContactIds = { engaged, lost }, Stage = FunnelStage.Engaged }, platform.Headers);
        await platform.Stages.MarkLostAsync(new() { ContactId = lost }, platform.Headers);
        await platform.Stages.SetStageAsync(new() { ContactId = there, Stage = FunnelStage.Customer }, platform.Headers);
        var rule = await platform.CreateRuleAsync(await platform.CreateLabelAsync(ids[..7]), FunnelStage.Customer);
        var run = await platform.RunAsync(rule);
        run.Run.ChangedCount.ShouldBe(6);
        await platform.Stages.SetStageAsync(new() { ContactId = since, Stage = FunnelStage.Promoter }, platform.Headers);
        await platform.SetRecordInactiveAsync(inactive, true);
        await platform.ContactService.DeleteContactAsync(new() { ContactId = deleted }, platform.Headers);
        await UntilAsync(async () => (await platform.Stages.BatchGetContactStagesAsync(new() { ContactIds = { deleted } }, platform.Headers)).MissingContactIds.Count == 1);

        var undo = await platform.UndoAsync(run.Run.RunId);

        (undo.UndoneRunId, undo.LabelRuleId, undo.LabelId, undo.Stage).ShouldBe((run.Run.RunId, rule, run.LabelId, FunnelStage.Customer));
        (undo.Run.State, undo.Run.TotalCount, undo.Run.DoneCount, undo.Run.ChangedCount, undo.Run.UnchangedCount).ShouldBe((RunState.Succeeded, 6, 6, 3, 0));
        undo.Run.SkipCounts.Select(s => (s.Reason, s.Count)).ShouldBe([("CHANGED_SINCE", 1), ("CONTACT_NOT_FOUND", 1), ("RECORD_INACTIVE", 1)]);
        (await platform.StageAsync(none)).IsDefault.ShouldBeTrue();
        (await platform.StageAsync(engaged)).Stage.ShouldBe(FunnelStage.Engaged);
        var back = await platform.StageAsync(lost);
        (back.Stage, back.Lost, back.LostCause).ShouldBe((FunnelStage.Engaged, true, LostCause.Marked));
        (await platform.StageAsync(since)).Stage.ShouldBe(FunnelStage.Promoter);
        var entry = (await platform.HistoryAsync(lost))[^1];
        (entry.Cause, entry.RunId, entry.Actor.Kind).ShouldBe((StageChangeCause.Undo, undo.Run.RunId, ActorKind.ApiKey));
        (entry.From, entry.To).ShouldBe((new() { Stage = FunnelStage.Customer }, new() { Stage = FunnelStage.Engaged, Lost = true }));

        List<(long, UndoOutcome, string)> all =
        [
            (none, UndoOutcome.Reversed, ""), (engaged, UndoOutcome.Reversed, ""), (lost, UndoOutcome.Reversed, ""), (since, UndoOutcome.Kept, "CHANGED_SINCE"),
            (inactive, UndoOutcome.Failed, "RECORD_INACTIVE"), (deleted, UndoOutcome.Failed, "CONTACT_NOT_FOUND"),
        ];
        (await ResultsAsync(undo.Run.RunId, UndoOutcome.Unspecified, 4)).ShouldBe(all);
        foreach (var outcome in new[] { UndoOutcome.Reversed, UndoOutcome.Kept, UndoOutcome.Failed })
        {
            (await ResultsAsync(undo.Run.RunId, outcome, 1)).ShouldBe(all.Where(r => r.Item2 == outcome));
        }

        var listed = (await platform.Rules.ListLabelRuleRunsAsync(new() { LabelRuleId = rule }, platform.Headers)).LabelRuleRuns;
        listed.Select(r => (r.Run.RunId, r.UndoneRunId)).ShouldBe([(undo.Run.RunId, run.Run.RunId), (run.Run.RunId, 0)]);
        (await platform.Rules.GetLabelRuleAsync(new() { LabelRuleId = rule }, platform.Headers)).LabelRule.LastRunId.ShouldBe(run.Run.RunId);

        var redone = await platform.UndoAsync(undo.Run.RunId);
        (redone.UndoneRunId, redone.Run.ChangedCount, redone.Run.TotalCount).ShouldBe((undo.Run.RunId, 3, 3));
        foreach (var id in new[] { none, engaged, lost })
        {
            var stage = await platform.StageAsync(id);
            (stage.Stage, stage.Lost, stage.LostCause).ShouldBe((FunnelStage.Customer, false, LostCause.Unspecified));
        }
        // Once more: what the first undo reversed has moved since.
        (await platform.UndoAsync(run.Run.RunId)).Run.SkipCounts.Single(s => s.Reason == "CHANGED_SINCE").Count.ShouldBe(4);
        (await FunnelCheck.BrokenAsync(platform.Funnel.Database, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_that_has_not_ended_is_not_undone()
    {
        var rule = await platform.CreateRuleAsync(await platform.CreateLabelAsync(await platform.CreateContactsAsync(2)), FunnelStage.Engaged);
        var redis = await ConnectionMultiplexer.ConnectAsync(await TestServers.RedisAsync());
        var key = (RedisKey)(platform.Contacts.RedisKeyPrefix + LockKey.LabelRules(ContactsHost.Account).Key);
        LabelRuleRun run;
        try
        {
            // Another run of the account, as far as anybody can tell.
            (await redis.GetDatabase().StringSetAsync(key, "another", TimeSpan.FromMinutes(1), When.NotExists)).ShouldBeTrue();
            run = await platform.StartRunAsync(rule);

            var refusal = await RefusedAsync(StatusCode.FailedPrecondition, "RUN_NOT_ENDED", () => UndoAsync(run.Run.RunId, platform.NewRequestId()));

            (refusal.Metadata["from"], refusal.Metadata["action"], refusal.Metadata["allowed"]).ShouldBe(("QUEUED", "undo", "SUCCEEDED,FAILED,CANCELLED"));
            await platform.Rules.CancelLabelRuleRunAsync(new() { RunId = run.Run.RunId }, platform.Headers);
        }
        finally
        {
            await redis.GetDatabase().KeyDeleteAsync(key);
            redis.Dispose();
        }
        // A cancelled run is undone as far as it came: not at all.
        (await platform.UndoAsync(run.Run.RunId)).Run.TotalCount.ShouldBe(0);
    }

    [Fact]
    public async Task An_undo_is_asked_for_once_watched_and_not_for_others()
    {
        var rule = await platform.CreateRuleAsync(await platform.CreateLabelAsync(await platform.CreateContactsAsync(2)), FunnelStage.Engaged);
        var (run, other) = ((await platform.RunAsync(rule)).Run.RunId, (await platform.RunAsync(rule)).Run.RunId);
        var requestId = platform.NewRequestId();

        var undos = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => UndoAsync(run, requestId)));

        undos.Distinct().ShouldHaveSingleItem();
        LabelRuleRun last = null!;
        using (var watch = platform.RulesOfReplica.WatchLabelRuleRun(new() { RunId = undos[0] }, platform.Headers))
        {
            await foreach (var seen in watch.ResponseStream.ReadAllAsync())
            {
                last = seen.LabelRuleRun;
            }
        }
        (last.Run.State, last.UndoneRunId, last.Run.ChangedCount).ShouldBe((RunState.Succeeded, run, 2));
        var ended = await RefusedAsync(StatusCode.FailedPrecondition, "RUN_ENDED", async () => await platform.Rules.CancelLabelRuleRunAsync(new() { RunId = undos[0] }, platform.Headers));
        ended.Metadata["from"].ShouldBe("SUCCEEDED");
        await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => UndoAsync(other, requestId));
        foreach (var call in (Func<Task>[])
        [
            async () => await platform.Undos.UndoLabelRuleRunAsync(new() { RunId = run, RequestId = "foreign" }, platform.OtherHeaders),
            async () => await platform.Undos.ListUndoResultsAsync(new() { RunId = undos[0] }, platform.OtherHeaders),
            // The run of a rule has no results of an undo.
            async () => await platform.Undos.ListUndoResultsAsync(new() { RunId = run }, platform.Headers),
            () => UndoAsync(long.MaxValue, "nothing"),
        ])
        {
            await RefusedAsync(StatusCode.NotFound, "RUN_NOT_FOUND", call);
        }
    }

    [Fact]
    public async Task Malformed_requests_name_every_field()
    {
        (await MalformedAsync(async () => await platform.Undos.UndoLabelRuleRunAsync(new(), platform.Headers))).ShouldBe(["run_id", "request_id"]);
        (await MalformedAsync(async () => await platform.Undos.ListUndoResultsAsync(new() { Outcome = (UndoOutcome)9, PageSize = -1 }, platform.Headers))).ShouldBe(["run_id", "outcome", "page_size"]);
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", async () => await platform.Undos.ListUndoResultsAsync(new() { RunId = 1, PageToken = "x" }, platform.Headers));
    }

    private async Task<long> UndoAsync(long runId, string requestId) =>
        (await platform.Undos.UndoLabelRuleRunAsync(new() { RunId = runId, RequestId = requestId }, platform.Headers)).LabelRuleRun.Run.RunId;

    private async Task<List<(long, UndoOutcome, string)>> ResultsAsync(long runId, UndoOutcome outcome, int pageSize)
    {
        var results = new List<(long, UndoOutcome, string)>();
        for (var token = ""; ;)
        {
            var page = await platform.Undos.ListUndoResultsAsync(new() { RunId = runId, Outcome = outcome, PageSize = pageSize, PageToken = token }, platform.Headers);
            page.UndoResults.Count.ShouldBeLessThanOrEqualTo(pageSize);
            results.AddRange(page.UndoResults.Select(r => (r.ContactId, r.Outcome, r.Reason)));
            if ((token = page.NextPageToken).Length == 0)
            {
                return results;
            }
        }
    }
}
