using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;
using Grpc.Core;
using static ContactPlatform.Funnel.Tests.PlatformFixture;
using What = ContactPlatform.Contacts.V1.TimelineEvent.EventOneofCase;

namespace ContactPlatform.Funnel.Tests.ContactFeed;

/// <summary>What a merge in Contacts makes of stages and histories, and what timelines tell of both.</summary>
[Collection("platform")]
public sealed class MergedContactTests(PlatformFixture platform)
{
    [Theory]
    [InlineData(null, false, FunnelStage.Customer, false, FunnelStage.Customer, false)]
    [InlineData(FunnelStage.Aware, false, FunnelStage.Customer, false, FunnelStage.Aware, false)]
    [InlineData(null, false, FunnelStage.Customer, true, null, false)]
    [InlineData(null, true, FunnelStage.Customer, false, null, true)]
    [InlineData(null, false, null, false, null, false)]
    [InlineData(FunnelStage.Promoter, true, FunnelStage.Customer, false, FunnelStage.Promoter, true)]
    public void The_survivors_standing_stays_and_a_gap_is_filled(FunnelStage? stage, bool lost, FunnelStage? mergedStage, bool mergedLost, FunnelStage? after, bool afterLost)
    {
        var result = StageDecisions.Merge(Of(stage, lost), Of(mergedStage, mergedLost));
        (result.Stage, result.Lost).ShouldBe((after, afterLost));

        static Standing Of(FunnelStage? stage, bool lost) => new(stage, lost, lost ? LostCause.Marked : LostCause.Unspecified);
    }

    [Fact]
    public async Task A_survivor_without_a_stage_takes_the_other_ones_and_both_histories_stay()
    {
        var ids = await platform.CreateContactsAsync(3);
        var (survivor, merged, last) = (ids[0], ids[1], ids[2]);
        await platform.Stages.SetStageAsync(new() { ContactId = merged, Stage = FunnelStage.Engaged }, platform.Headers);
        await platform.Stages.SetStageAsync(new() { ContactId = merged, Stage = FunnelStage.Customer }, platform.Headers);
        await MergeAsync(survivor, merged);
        await UntilAsync(async () => (await platform.HistoryAsync(survivor)).Count == 1);
        var change = (await platform.HistoryAsync(survivor)).Single();
        (change.To.Stage, change.Cause, change.Actor.Kind).ShouldBe((FunnelStage.Customer, StageChangeCause.Merge, ActorKind.ApiKey));

        var facts = await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", () => platform.StageAsync(merged));
        facts.Metadata["merged_into_contact_id"].ShouldBe($"{survivor}");
        (await platform.HistoryAsync(merged)).Select(h => h.To.Stage).ShouldBe([FunnelStage.Engaged, FunnelStage.Customer]);

        // Merged on, both stand behind the last one, whose own stage stays.
        await platform.Stages.SetStageAsync(new() { ContactId = last, Stage = FunnelStage.Promoter }, platform.Headers);
        await MergeAsync(last, survivor);
        await UntilAsync(async () => await Record.ExceptionAsync(() => platform.StageAsync(survivor)) is RpcException { StatusCode: StatusCode.NotFound });
        (await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", () => platform.StageAsync(merged))).Metadata["merged_into_contact_id"].ShouldBe($"{last}");
        (await platform.HistoryAsync(merged)).Count.ShouldBe(2);
        (await platform.StageAsync(last)).Stage.ShouldBe(FunnelStage.Promoter);

        // One timeline tells of all three, each move under the contact that made it.
        List<TimelineEvent> moves = [];
        await UntilAsync(async () => (moves = [.. (await TimelineAsync(last)).Events.Where(e => e.EventCase == What.Stage)]).Count == 4);
        moves.Select(e => (e.ContactId, e.Stage.FromStage, e.Stage.ToStage, e.Cause)).ShouldBe(
        [
            (last, FunnelStage.Unspecified, FunnelStage.Promoter, TimelineCause.Api),
            (survivor, FunnelStage.Unspecified, FunnelStage.Customer, TimelineCause.ContactMerge),
            (merged, FunnelStage.Engaged, FunnelStage.Customer, TimelineCause.Api),
            (merged, FunnelStage.Unspecified, FunnelStage.Engaged, TimelineCause.Api),
        ]);
        (await TimelineAsync(last)).FunnelAway.ShouldBeFalse();

        // Who was merged ends with the survivor.
        await platform.ContactService.DeleteContactAsync(new() { ContactId = last }, platform.Headers);
        await UntilAsync(async () => await Record.ExceptionAsync(() => platform.HistoryAsync(merged)) is RpcException { StatusCode: StatusCode.NotFound });
    }

    [Fact]
    public async Task A_merge_with_an_inactive_record_loses_the_survivor()
    {
        var ids = await platform.CreateContactsAsync(2);
        await platform.Stages.SetStageAsync(new() { ContactId = ids[0], Stage = FunnelStage.Customer }, platform.Headers);
        await platform.SetRecordInactiveAsync(ids[1], true);
        await MergeAsync(ids[0], ids[1]);
        await UntilAsync(async () => (await platform.StageAsync(ids[0])).RecordInactive);
        var stage = await platform.StageAsync(ids[0]);
        (stage.Stage, stage.Lost, stage.LostCause).ShouldBe((FunnelStage.Customer, true, LostCause.RecordInactive));
    }

    [Fact]
    public async Task A_timeline_tells_a_label_rules_run_and_its_undo()
    {
        var ids = await platform.CreateContactsAsync(30);
        var rule = await platform.CreateRuleAsync(await platform.CreateLabelAsync(ids), FunnelStage.Customer);
        var run = await platform.RunAsync(rule);
        var undo = await platform.UndoAsync(run.Run.RunId);
        foreach (var id in (long[])[ids[0], ids[29]])
        {
            List<TimelineEvent> moves = [];
            await UntilAsync(async () => (moves = [.. (await TimelineAsync(id)).Events.Where(e => e.EventCase == What.Stage)]).Count == 2);
            moves.Select(e => (e.Stage.ToStage, e.Cause, e.RunId)).ShouldBe(
                [(FunnelStage.Unspecified, TimelineCause.Undo, undo.Run.RunId), (FunnelStage.Customer, TimelineCause.LabelRule, run.Run.RunId)]);
            moves.ShouldAllBe(e => e.Actor.Equals(run.Run.Actor));
        }
    }

    private async Task MergeAsync(long survivor, long merged) =>
        await platform.Merges.MergeContactsAsync(new() { SurvivorContactId = survivor, MergedContactId = merged, RequestId = platform.NewRequestId() }, platform.Headers);

    private async Task<GetTimelineResponse> TimelineAsync(long contactId) => await platform.Timelines.GetTimelineAsync(new() { ContactId = contactId }, platform.Headers);
}
