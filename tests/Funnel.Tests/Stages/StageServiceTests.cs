using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using Grpc.Core;
using static ContactPlatform.Funnel.Tests.PlatformFixture;

namespace ContactPlatform.Funnel.Tests.Stages;

[Collection("platform")]
public sealed class StageServiceTests(PlatformFixture platform)
{
    [Fact]
    public async Task A_contact_that_was_just_created_shows_the_default_stage()
    {
        var stage = await platform.StageAsync(await platform.CreateContactAsync());

        (stage.Stage, stage.IsDefault, stage.Lost, stage.Version).ShouldBe((FunnelStage.Aware, true, false, 0));
        stage.ChangeTime.ShouldBeNull();
    }

    [Fact]
    public async Task SetStage_moves_a_contact_and_history_tells()
    {
        var id = await platform.CreateContactAsync();

        var reply = await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer }, platform.Headers);
        await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Engaged }, platform.Headers);

        (reply.ContactStage.Stage, reply.ContactStage.IsDefault, reply.ContactStage.Version).ShouldBe((FunnelStage.Customer, false, 1));
        reply.ChangeToken.ShouldNotBeEmpty();
        var history = await platform.HistoryAsync(id);
        history.Select(h => (h.Version, h.From.Stage, h.To.Stage, h.Cause, h.RunId)).ShouldBe(
        [
            (1, FunnelStage.Unspecified, FunnelStage.Customer, StageChangeCause.Api, 0),
            (2, FunnelStage.Customer, FunnelStage.Engaged, StageChangeCause.Api, 0),
        ]);
        history[0].ChangeTime.ShouldBe(reply.ContactStage.ChangeTime);
        history.ShouldAllBe(h => h.Actor.Kind == ActorKind.ApiKey && h.Actor.Subject.StartsWith("key:"));
    }

    [Fact]
    public async Task Setting_what_already_is_leaves_no_history()
    {
        var id = await platform.CreateContactAsync();
        await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer }, platform.Headers);

        var again = await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer }, platform.Headers);

        again.ChangeToken.ShouldBeEmpty();
        (await platform.HistoryAsync(id)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Lost_keeps_the_stage_and_reactivation_returns_to_it()
    {
        var id = await platform.CreateContactAsync();
        await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer }, platform.Headers);

        var lost = (await platform.Stages.MarkLostAsync(new() { ContactId = id }, platform.Headers)).ContactStage;
        var again = await platform.Stages.MarkLostAsync(new() { ContactId = id }, platform.Headers);
        var back = (await platform.Stages.ReactivateContactAsync(new() { ContactId = id }, platform.Headers)).ContactStage;

        (lost.Stage, lost.Lost, lost.LostCause).ShouldBe((FunnelStage.Customer, true, LostCause.Marked));
        again.ChangeToken.ShouldBeEmpty();
        (back.Stage, back.Lost, back.LostCause).ShouldBe((FunnelStage.Customer, false, LostCause.Unspecified));
        var refusal = await RefusedAsync(StatusCode.FailedPrecondition, "NOT_LOST", async () => await platform.Stages.ReactivateContactAsync(new() { ContactId = id }, platform.Headers));
        refusal.Metadata["from"].ShouldBe("CUSTOMER");
    }

    [Fact]
    public async Task Reactivation_can_name_the_stage()
    {
        var id = await platform.CreateContactAsync();
        await platform.Stages.MarkLostAsync(new() { ContactId = id }, platform.Headers);

        var back = (await platform.Stages.ReactivateContactAsync(new() { ContactId = id, Stage = FunnelStage.Promoter }, platform.Headers)).ContactStage;

        (back.Stage, back.Lost).ShouldBe((FunnelStage.Promoter, false));
    }

    [Fact]
    public async Task An_inactive_record_is_lost_from_its_stage_and_stays_where_it_is()
    {
        var id = await platform.CreateContactAsync();
        await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.LoyalCustomer }, platform.Headers);

        await platform.SetRecordInactiveAsync(id, true);

        var lost = await platform.StageAsync(id);
        (lost.Stage, lost.Lost, lost.LostCause, lost.RecordInactive).ShouldBe((FunnelStage.LoyalCustomer, true, LostCause.RecordInactive, true));
        var last = (await platform.HistoryAsync(id))[^1];
        (last.Cause, last.From.Lost, last.To.Lost, last.To.Stage).ShouldBe((StageChangeCause.RecordInactive, false, true, FunnelStage.LoyalCustomer));
        var refusal = await RefusedAsync(StatusCode.FailedPrecondition, "RECORD_INACTIVE", async () => await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Aware }, platform.Headers));
        refusal.Metadata["allowed"].ShouldBe("make the record active first");
        await RefusedAsync(StatusCode.FailedPrecondition, "RECORD_INACTIVE", async () => await platform.Stages.ReactivateContactAsync(new() { ContactId = id }, platform.Headers));
        var batch = await platform.Stages.BatchSetStageAsync(new() { ContactIds = { id }, Stage = FunnelStage.Aware }, platform.Headers);
        batch.RecordInactiveContactIds.ShouldBe([id]);

        await platform.SetRecordInactiveAsync(id, false);
        (await platform.StageAsync(id)).Lost.ShouldBeTrue();
        (await platform.Stages.ReactivateContactAsync(new() { ContactId = id }, platform.Headers)).ContactStage.Stage.ShouldBe(FunnelStage.LoyalCustomer);
    }

    [Fact]
    public async Task A_deleted_contact_is_gone()
    {
        var id = await platform.CreateContactAsync();
        await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer }, platform.Headers);
        await platform.ContactService.DeleteContactAsync(new() { ContactId = id }, platform.Headers);
        await UntilAsync(async () => (await platform.Stages.BatchGetContactStagesAsync(new() { ContactIds = { id } }, platform.Headers)).MissingContactIds.Count == 1);

        var refusal = await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", async () => await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Aware }, platform.Headers));
        refusal.Metadata["contact_id"].ShouldBe($"{id}");
        await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", () => platform.StageAsync(id));
        await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", () => platform.HistoryAsync(id));
        await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", async () => await platform.Stages.MarkLostAsync(new() { ContactId = id }, platform.Headers));
        await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", async () => await platform.Stages.ReactivateContactAsync(new() { ContactId = id }, platform.Headers));
    }

    [Fact]
    public async Task Many_callers_of_one_contact_make_one_history()
    {
        var id = await platform.CreateContactAsync();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
            await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = (FunnelStage)(1 + i % 5) }, platform.Headers)));

        var history = await platform.HistoryAsync(id);
        history.Select(h => h.Version).ShouldBe(Enumerable.Range(1, history.Count).Select(v => (long)v));
        history.Zip(history.Skip(1)).ShouldAllBe(pair => pair.First.To.Equals(pair.Second.From));
        (await platform.StageAsync(id)).Version.ShouldBe(history.Count);
    }

    [Fact]
    public async Task BatchSetStage_says_what_became_of_each()
    {
        var ids = await platform.CreateContactsAsync(5);
        await platform.Stages.SetStageAsync(new() { ContactId = ids[0], Stage = FunnelStage.Promoter }, platform.Headers);
        var foreign = (await platform.CreateContactsAsync(1, platform.OtherHeaders))[0];

        var reply = await platform.Stages.BatchSetStageAsync(new() { ContactIds = { ids.Append(foreign).Append(ids[1]) }, Stage = FunnelStage.Promoter }, platform.Headers);

        reply.UnchangedContactIds.ShouldBe([ids[0]]);
        reply.ChangedContactIds.ShouldBe(ids[1..], ignoreOrder: true);
        reply.MissingContactIds.ShouldBe([foreign]);
        reply.ChangeToken.ShouldNotBeEmpty();
        (await platform.HistoryAsync(ids[1])).Count.ShouldBe(1);
        var read = await platform.Stages.BatchGetContactStagesAsync(new() { ContactIds = { ids.Append(foreign) } }, platform.Headers);
        read.ContactStages.Select(s => (s.ContactId, s.Stage)).ShouldBe(ids.Select(i => (i, FunnelStage.Promoter)));
        read.MissingContactIds.ShouldBe([foreign]);
    }

    [Fact]
    public async Task History_comes_in_pages_newest_first()
    {
        var id = await platform.CreateContactAsync();
        for (var i = 0; i < 5; i++)
        {
            await platform.Stages.SetStageAsync(new() { ContactId = id, Stage = (FunnelStage)(1 + i) }, platform.Headers);
        }

        var first = await platform.Stages.ListStageChangesAsync(new() { ContactId = id, PageSize = 3 }, platform.Headers);
        var second = await platform.Stages.ListStageChangesAsync(new() { ContactId = id, PageSize = 3, PageToken = first.NextPageToken }, platform.Headers);

        first.StageChanges.Concat(second.StageChanges).Select(c => c.Version).ShouldBe([5, 4, 3, 2, 1]);
        second.NextPageToken.ShouldBeEmpty();
        var other = await platform.CreateContactAsync();
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", async () => await platform.Stages.ListStageChangesAsync(new() { ContactId = other, PageToken = first.NextPageToken }, platform.Headers));
    }

    [Fact]
    public async Task A_new_default_moves_only_contacts_without_a_stage()
    {
        var headers = platform.OtherHeaders;
        var ids = await platform.CreateContactsAsync(2, headers);
        await platform.Stages.SetStageAsync(new() { ContactId = ids[0], Stage = FunnelStage.Aware }, headers);
        var before = await platform.Stages.GetDefaultStageAsync(new(), headers);

        var set = await platform.Stages.SetDefaultStageAsync(new() { Stage = FunnelStage.Engaged, Etag = before.Etag }, headers);

        before.Stage.ShouldBe(FunnelStage.Aware);
        set.ChangeToken.ShouldNotBeEmpty();
        var read = await platform.Stages.BatchGetContactStagesAsync(new() { ContactIds = { ids } }, headers);
        read.ContactStages.Select(s => (s.Stage, s.IsDefault, s.Version)).ShouldBe([(FunnelStage.Aware, false, 1), (FunnelStage.Engaged, true, 0)]);
        (await platform.Stages.SetDefaultStageAsync(new() { Stage = FunnelStage.Engaged }, headers)).ChangeToken.ShouldBeEmpty();
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", async () => await platform.Stages.SetDefaultStageAsync(new() { Stage = FunnelStage.Aware, Etag = before.Etag }, headers));
        (await platform.Stages.GetDefaultStageAsync(new(), platform.Headers)).Stage.ShouldBe(FunnelStage.Aware);
        await platform.Stages.SetDefaultStageAsync(new() { Stage = FunnelStage.Aware }, headers);
    }
}
