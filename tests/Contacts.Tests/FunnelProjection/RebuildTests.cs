using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Tests.FunnelProjection;

[Collection(FollowingCollection.Name)]
public sealed class RebuildTests(FollowingFixture fixture)
{
    [Fact]
    public async Task A_rebuilding_during_writes_ends_with_what_Funnel_has_and_no_read_sees_less()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => fixture.CreateAsync()));
        var first = await fixture.Stages.BatchSetStageAsync(new() { ContactIds = { ids }, Stage = FunnelStage.Engaged }, fixture.Headers);
        await fixture.AppliedAsync(first.ChangeToken);
        // Three ways of being wrong: another stage, a row too few, a row too many.
        var (wrong, missing, never) = (ids[..20], ids[20..40], await fixture.CreateAsync());
        var still = ids[40..200];
        await using (var db = fixture.Database())
        {
            (await db.ContactStages.Where(s => wrong.Contains(s.ContactId)).ExecuteUpdateAsync(set => set.SetProperty(s => s.Stage, FunnelStage.Promoter))).ShouldBe(20);
            (await db.ContactStages.Where(s => missing.Contains(s.ContactId)).ExecuteDeleteAsync()).ShouldBe(20);
            await db.Database.ExecuteSqlAsync($"INSERT INTO contact_stages (account_id, contact_id, stage, lost, change_time) VALUES ({ContactsHost.Account}, {never}, 1, false, now())");
        }

        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            var reads = 0;
            await using var db = fixture.Database();
            while (!stop.IsCancellationRequested)
            {
                (await db.ContactStages.CountAsync(s => still.Contains(s.ContactId) && s.Stage == FunnelStage.Engaged)).ShouldBe(still.Length);
                reads++;
            }
            return reads;
        });
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await fixture.Stages.SetStageAsync(new() { ContactId = ids[200 + (i % 50)], Stage = (FunnelStage)(1 + (i % 5)) }, fixture.Headers);
                if (i % 10 == 0 && i / 10 < 20)
                {
                    await fixture.ContactService.DeleteContactAsync(new() { ContactId = ids[260 + (i / 10)] }, fixture.Headers);
                }
            }
        });
        var run = await fixture.RebuildAsync();
        await stop.CancelAsync();
        (await reading).ShouldBeGreaterThan(0);
        await writing;

        (run.State, run.FailureReason).ShouldBe((RunState.Succeeded, ""), run.Message);
        run.ChangedCount.ShouldBeGreaterThanOrEqualTo(41);
        (run.DoneCount, run.TotalCount).ShouldBe((run.DoneCount, run.DoneCount));
        run.DoneCount.ShouldBeGreaterThan(0);
        await fixture.ShouldAgreeAsync();
        (await Aside()).ShouldBe(0);

        // The follower has gone on from there, and a second rebuilding finds nothing to mend.
        var after = await fixture.Stages.SetStageAsync(new() { ContactId = wrong[0], Stage = FunnelStage.Aware }, fixture.Headers);
        await fixture.AppliedAsync(after.ChangeToken);
        (await fixture.RebuildAsync()).ChangedCount.ShouldBe(0);
        await fixture.ShouldAgreeAsync();
    }

    [Fact]
    public async Task A_position_from_before_Funnel_was_restored_is_set_right()
    {
        var id = await fixture.CreateAsync();
        await fixture.AppliedAsync((await fixture.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer }, fixture.Headers)).ChangeToken);
        await using (var db = fixture.Database())
        {
            await db.FeedPositions.Where(p => p.Source == "funnel").ExecuteUpdateAsync(set => set.SetProperty(p => p.Position, "00ffffffffffffff-0000000000000001"));
            await db.ContactStages.Where(s => s.ContactId == id).ExecuteDeleteAsync();
        }
        (await fixture.RebuildAsync()).State.ShouldBe(RunState.Succeeded);
        await fixture.AppliedAsync((await fixture.Stages.SetStageAsync(new() { ContactId = await fixture.CreateAsync(), Stage = FunnelStage.Customer }, fixture.Headers)).ChangeToken);
        await fixture.ShouldAgreeAsync();
    }

    [Fact]
    public async Task A_rebuilding_left_in_the_middle_begins_where_its_tables_are_or_anew()
    {
        var id = await fixture.CreateAsync();
        await fixture.AppliedAsync((await fixture.Stages.SetStageAsync(new() { ContactId = id, Stage = FunnelStage.Customer }, fixture.Headers)).ChangeToken);
        await using (var db = fixture.Database())
        {
            // What a dead worker of another run left: a new run empties it first.
            await db.Database.ExecuteSqlAsync($"INSERT INTO rebuilt_contact_stages (account_id, contact_id, stage, lost, change_time) VALUES ({ContactsHost.Account}, {id}, 1, true, now())");
        }
        (await fixture.RebuildAsync()).State.ShouldBe(RunState.Succeeded);
        (await Aside()).ShouldBe(0);
        await fixture.ShouldAgreeAsync();
    }

    [Fact]
    public async Task A_rebuilding_is_a_run_of_the_account_that_asked()
    {
        var request = new V1.RebuildProjectionRequest { Source = "funnel", RequestId = "rebuild once" };
        var run = (await fixture.Projections.RebuildProjectionAsync(request, fixture.Headers)).Run;
        (await fixture.Projections.RebuildProjectionAsync(request, fixture.Headers)).Run.RunId.ShouldBe(run.RunId);
        var others = await fixture.Contacts.HeadersAsync(ContactsHost.OtherAccount, CancellationToken.None);
        await fixture.Projections.GetProjectionRebuildAsync(new() { RunId = run.RunId }, others).ForAsync(CommonReasons.RunNotFound);
        await fixture.Projections.CancelProjectionRebuildAsync(new() { RunId = run.RunId }, others).ForAsync(CommonReasons.RunNotFound);
        await fixture.Projections.WatchProjectionRebuild(new() { RunId = run.RunId }, others).ForAsync(CommonReasons.RunNotFound);
        await fixture.Projections.GetProjectionRebuildAsync(new(), fixture.Headers).FieldsAsync("run_id");
        await FollowingFixture.UntilAsync(async () => (await fixture.Projections.GetProjectionRebuildAsync(new() { RunId = run.RunId }, fixture.Headers)).Run.State == RunState.Succeeded);
        await fixture.Projections.CancelProjectionRebuildAsync(new() { RunId = run.RunId }, fixture.Headers).ForAsync(CommonReasons.RunEnded);
        (await fixture.Projections.ListProjectionsAsync(new(), fixture.Headers)).Projections.ShouldHaveSingleItem().Source.ShouldBe("funnel");
    }

    private async Task<int> Aside()
    {
        await using var db = fixture.Database();
        return await db.Database.SqlQueryRaw<int>("SELECT ((SELECT COUNT(*) FROM rebuilt_contact_stages) + (SELECT COUNT(*) FROM rebuilt_funnel_defaults))::int AS \"Value\"").SingleAsync();
    }
}
