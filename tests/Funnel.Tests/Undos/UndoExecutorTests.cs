using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.ContactFeed;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Runs;
using ContactPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ContactPlatform.Funnel.Tests.Undos;

/// <summary>The work of an undo over many pieces, without the service around it.</summary>
[Collection("stores")]
public sealed class UndoExecutorTests(StoreFixture fixture)
{
    private readonly long account = fixture.NewAccount();

    [Fact]
    public async Task Every_contact_of_the_run_is_dealt_with_once_and_others_are_told()
    {
        var (ids, run) = await RunAsync(3500);
        await using var scope = fixture.Open(account);
        await scope.ServiceProvider.GetRequiredService<StageStore>().SetManyAsync(ids[..700], FunnelStage.Promoter, StoreFixture.At(TimeProvider.System.Now()), default);
        var work = await fixture.NewRunAsync(account, [], FunnelStage.Customer, run.Row.RunId);

        await fixture.Undo.ExecuteAsync(work, default);

        (work.Row.TotalCount, work.Row.DoneCount, work.Row.ChangedCount, work.Row.CursorId).ShouldBe((3500, 3500, 2800, 3500));
        work.Skipped["CHANGED_SINCE"].ShouldBe(700);
        var db = scope.ServiceProvider.GetRequiredService<FunnelDbContext>();
        (await db.ContactStages.CountAsync(s => s.Stage == null && s.Version == 2)).ShouldBe(2800);
        (await db.UndoResults.CountAsync(r => r.RunId == work.Row.RunId)).ShouldBe(700);
        var told = (await db.Outbox.Select(o => o.Payload).ToListAsync()).Select(StreamChangesResponse.Parser.ParseFrom)
            .Where(c => c.RunId == work.Row.RunId).SelectMany(c => c.StagesChanged.Moves).ToList();
        told.ShouldAllBe(m => m.From.Stage == FunnelStage.Customer && m.To.Stage == FunnelStage.Unspecified);
        told.SelectMany(m => m.ContactIds).ShouldBe(ids[700..], ignoreOrder: true);
        (await FunnelCheck.BrokenAsync(fixture.Database, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_worker_whose_epoch_is_over_writes_nothing()
    {
        var (_, run) = await RunAsync(1500);
        await using var scope = fixture.Open(account);
        var db = scope.ServiceProvider.GetRequiredService<FunnelDbContext>();
        var work = await fixture.NewRunAsync(account, [], FunnelStage.Customer, run.Row.RunId);
        work.Row.SetTime = StoreFixture.Before;
        await db.Runs.Where(r => r.RunId == work.Row.RunId).ExecuteUpdateAsync(set => set.SetProperty(r => r.Epoch, 2));

        await Should.ThrowAsync<RunLostException>(() => fixture.Undo.ExecuteAsync(work, default));

        (await db.StageChanges.AnyAsync(c => c.Cause == StageChangeCause.Undo)).ShouldBeFalse();
        (await db.ContactStages.CountAsync(s => s.Stage == FunnelStage.Customer && s.Version == 1)).ShouldBe(1500);
    }

    [Fact]
    public async Task A_run_that_moved_nobody_is_undone_at_once()
    {
        var work = await fixture.NewRunAsync(account, [], FunnelStage.Customer, (await fixture.NewRunAsync(account, [], FunnelStage.Customer)).Row.RunId);

        await fixture.Undo.ExecuteAsync(work, default);

        (work.Row.TotalCount, work.Row.DoneCount, work.Row.SetTime is not null).ShouldBe((0, 0, true));
    }

    private async Task<(long[] Ids, RunWork Run)> RunAsync(int count)
    {
        await using var scope = fixture.Open(account);
        long[] ids = [.. Enumerable.Range(1, count).Select(i => (long)i)];
        await scope.ServiceProvider.GetRequiredService<ContactFeedStore>().AddAsync(ids, StoreFixture.Before, default);
        var run = await fixture.NewRunAsync(account, ids, FunnelStage.Customer);
        await fixture.Executor.ExecuteAsync(run, default);
        return (ids, run);
    }
}
