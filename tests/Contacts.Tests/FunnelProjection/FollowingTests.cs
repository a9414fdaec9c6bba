using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Google.Rpc;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Tests.FunnelProjection;

[Collection(FollowingCollection.Name)]
public sealed class FollowingTests(FollowingFixture fixture)
{
    [Fact]
    public void Contacts_starts_and_works_while_Funnel_is_away()
    {
        (fixture.BeforeFunnel.Source, fixture.BeforeFunnel.Position).ShouldBe(("funnel", ""));
        (fixture.BeforeFunnel.HasPendingCount, fixture.BeforeFunnel.Lag, fixture.BeforeFunnel.ApplyTime).ShouldBe((false, null, null));
        // Whatever is wrong there, what stands here is told.
        (fixture.BesideAnother.Source, fixture.BesideAnother.HasPendingCount, fixture.BesideAnother.Lag).ShouldBe(("funnel", false, null));
    }

    [Fact]
    public async Task A_move_that_arrives_when_its_contact_has_gone_leaves_nothing()
    {
        var (stays, merged, erased, deleted) = (await fixture.CreateAsync(), await fixture.CreateAsync(), await fixture.CreateAsync(), await fixture.CreateAsync());
        foreach (var id in new[] { stays, merged, erased, deleted })
        {
            await fixture.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer }, fixture.Headers);
        }
        await TimelineAtAsync(stays, 2);
        await using (var connection = await fixture.Contacts.Database.OpenAsync(CancellationToken.None))
        {
            // The timelines' follower waits for its position, which is ours.
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = connection.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, "UPDATE feed_positions SET position = position WHERE source = 'funnel-timeline'");
            (await command.ExecuteNonQueryAsync()).ShouldBe(1);
            foreach (var id in new[] { erased, deleted, merged, stays })
            {
                await fixture.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Promoter }, fixture.Headers);
            }
            await new ContactErasureService.ContactErasureServiceClient(fixture.Contacts.Service.Channel).EraseContactAsync(new() { ContactId = erased }, fixture.Headers);
            await fixture.ContactService.DeleteContactAsync(new() { ContactId = deleted }, fixture.Headers);
            await new ContactMergeService.ContactMergeServiceClient(fixture.Contacts.Service.Channel).MergeContactsAsync(new() { SurvivorContactId = stays, MergedContactId = merged }, fixture.Headers);
        }
        // Creations, merging, and two moves of each of the two, those of the merged one under its own id.
        await TimelineAtAsync(stays, 7);
        await using var db = fixture.Database();
        (await db.ContactEvents.CountAsync(e => e.ContactId == merged)).ShouldBe(3);
        (await db.ContactEvents.CountAsync(e => e.ContactId == erased || e.ContactId == deleted)).ShouldBe(0);

        Task TimelineAtAsync(long contactId, int events) => FollowingFixture.UntilAsync(async () =>
            (await new TimelineService.TimelineServiceClient(fixture.Contacts.Service.Channel).GetTimelineAsync(new() { ContactId = contactId }, fixture.Headers)).Events.Count == events);
    }

    [Fact]
    public async Task Where_contacts_stand_is_known_as_soon_as_a_read_asks_for_it()
    {
        var (id, never) = (await fixture.CreateAsync(), await fixture.CreateAsync());
        await fixture.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer }, fixture.Headers);
        var lost = await fixture.Stages.MarkLostAsync(new() { ContactId = id }, fixture.Headers);
        var shown = await fixture.AppliedAsync(lost.ChangeToken);
        (await StandingAsync(id)).ShouldBe((FunnelStage.Customer, true));
        (await StandingAsync(never)).ShouldBe((null, null));
        string.CompareOrdinal(shown.Position, lost.ChangeToken).ShouldBeGreaterThanOrEqualTo(0);
        (shown.ApplyTime, shown.HasPendingCount, shown.Lag).ShouldNotBe((null, false, null));

        var back = await fixture.Stages.ReactivateContactAsync(new() { ContactId = id, Stage = FunnelStage.Promoter }, fixture.Headers);
        await fixture.AppliedAsync(back.ChangeToken);
        (await StandingAsync(id)).ShouldBe((FunnelStage.Promoter, false));

        var changed = await fixture.Stages.SetDefaultStageAsync(new() { Stage = FunnelStage.Engaged }, fixture.Headers);
        await fixture.AppliedAsync(changed.ChangeToken);
        await using var db = fixture.Database();
        (await db.FunnelDefaults.SingleAsync()).Stage.ShouldBe(FunnelStage.Engaged);
        await using var other = fixture.Database(ContactsHost.OtherAccount);
        (await other.FunnelDefaults.AnyAsync() || await other.ContactStages.AnyAsync()).ShouldBeFalse();
        await fixture.ShouldAgreeAsync();
    }

    [Fact]
    public async Task Many_moves_arrive_together_and_a_deleted_contact_leaves()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => fixture.CreateAsync()));
        var moved = await fixture.Stages.BatchSetStageAsync(new() { ContactIds = { ids }, Stage = FunnelStage.LoyalCustomer }, fixture.Headers);
        await fixture.AppliedAsync(moved.ChangeToken);
        await using var db = fixture.Database();
        (await db.ContactStages.CountAsync(s => ids.Contains(s.ContactId) && s.Stage == FunnelStage.LoyalCustomer)).ShouldBe(200);

        await fixture.ContactService.DeleteContactAsync(new() { ContactId = ids[0] }, fixture.Headers);
        (await db.ContactStages.CountAsync(s => ids.Contains(s.ContactId))).ShouldBe(199);
        // An import makes an inactive record lost in Funnel, which comes back here.
        await fixture.ContactService.SetRecordStateAsync(new() { ContactId = ids[1], RecordState = V1.RecordState.Inactive }, fixture.Headers);
        await FollowingFixture.UntilAsync(async () => await StandingAsync(ids[1]) == (FunnelStage.LoyalCustomer, true));
        await fixture.ShouldAgreeAsync();
    }

    [Fact]
    public async Task A_change_that_does_not_come_is_waited_for_only_so_long()
    {
        var error = await Should.ThrowAsync<RpcException>(() => fixture.AppliedAsync("ffffffffffffffff-0000000000000001"));
        Refused.Check(error, CommonReasons.ProjectionBehind)["source"].ShouldBe("funnel");
        error.Detail<RetryInfo>()!.RetryDelay.ToTimeSpan().ShouldBe(TimeSpan.FromSeconds(1));
        await fixture.Projections.GetProjectionAsync(new() { Source = "funnel", ChangeToken = "soon" }, fixture.Headers).FieldsAsync("change_token");
        await fixture.Projections.GetProjectionAsync(new(), fixture.Headers).FieldsAsync("source");
        await fixture.Projections.GetProjectionAsync(new() { Source = "sequences" }, fixture.Headers).ForAsync(ContactsReasons.ProjectionNotFound);
        await fixture.Projections.RebuildProjectionAsync(new() { Source = "sequences" }, fixture.Headers).ForAsync(ContactsReasons.ProjectionNotFound);
        await fixture.Projections.RebuildProjectionAsync(new() { RequestId = new string('r', 65) }, fixture.Headers).FieldsAsync("request_id", "source");
        await fixture.Projections.ListProjectionsAsync(new() { PageSize = -1 }, fixture.Headers).FieldsAsync("page_size");
    }

    private async Task<(FunnelStage? Stage, bool? Lost)> StandingAsync(long contactId)
    {
        await using var db = fixture.Database();
        return await db.ContactStages.SingleOrDefaultAsync(s => s.ContactId == contactId) is { } row ? (row.Stage, row.Lost) : (null, null);
    }
}
