using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.ContactFeed;
using ContactPlatform.Funnel.LabelRules;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Runs;
using ContactPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ContactPlatform.Funnel.Tests.LabelRules;

/// <summary>The work of a run whose set is written down, without Contacts and without the service around it.</summary>
[Collection("stores")]
public sealed class LabelRuleExecutorTests(StoreFixture fixture)
{
    private static readonly DateTime Before = StoreFixture.Before;
    private readonly long account = fixture.NewAccount();

    [Fact]
    public async Task Every_contact_of_the_set_is_dealt_with_once()
    {
        await using var scope = fixture.Open(account);
        var (feed, stages) = (scope.ServiceProvider.GetRequiredService<ContactFeedStore>(), scope.ServiceProvider.GetRequiredService<StageStore>());
        long[] ids = [.. Enumerable.Range(1, 5500).Select(i => (long)i)];
        // The last 500 are newer than what the feed has brought.
        await feed.AddAsync(ids[..5000], Before, default);
        await stages.SetManyAsync(ids[..1000], FunnelStage.Customer, StoreFixture.At(Before), default);
        await stages.SetManyAsync(ids[1000..2000], FunnelStage.Engaged, StoreFixture.At(Before), default);
        await feed.DeactivateAsync(ids[2000..2100], StoreFixture.At(Before, StageChangeCause.RecordInactive), default);
        await feed.DeleteAsync(ids[2100..2150], Before, default);
        var work = await RunAsync(ids, FunnelStage.Customer);

        await fixture.Executor.ExecuteAsync(work, default);

        (work.Row.DoneCount, work.Row.ChangedCount, work.Row.UnchangedCount).ShouldBe((5500, 5500 - 1000 - 150, 1000));
        work.Skipped.ShouldBe(new Dictionary<string, long> { ["RECORD_INACTIVE"] = 100, ["CONTACT_NOT_FOUND"] = 50 }, ignoreOrder: true);
        var db = scope.ServiceProvider.GetRequiredService<FunnelDbContext>();
        (await db.ContactStages.CountAsync(s => s.Stage == FunnelStage.Customer && !s.Lost)).ShouldBe(5500 - 150);
        (await db.StageChanges.CountAsync(c => c.RunId == work.Row.RunId && c.Cause == StageChangeCause.LabelRule && c.ActorSubject == "ann")).ShouldBe(4350);
        (await db.LabelRuleTargets.AnyAsync()).ShouldBeFalse();
        var told = (await db.Outbox.Select(o => o.Payload).ToListAsync()).Select(StreamChangesResponse.Parser.ParseFrom)
            .Where(c => c.RunId == work.Row.RunId).SelectMany(c => c.StagesChanged.Moves).SelectMany(m => m.ContactIds).ToList();
        told.Count.ShouldBe(4350);
        told.ShouldBeUnique();
        (await FunnelCheck.BrokenAsync(fixture.Database, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Again_nothing_changes()
    {
        await using var scope = fixture.Open(account);
        long[] ids = [.. Enumerable.Range(1, 3000).Select(i => (long)i)];
        await scope.ServiceProvider.GetRequiredService<ContactFeedStore>().AddAsync(ids, Before, default);
        await fixture.Executor.ExecuteAsync(await RunAsync(ids, FunnelStage.Promoter), default);
        var again = await RunAsync(ids, FunnelStage.Promoter);

        await fixture.Executor.ExecuteAsync(again, default);

        (again.Row.ChangedCount, again.Row.UnchangedCount).ShouldBe((0, 3000));
        (await FunnelCheck.BrokenAsync(fixture.Database, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_moved_meanwhile_is_found_among_many_who_stand()
    {
        await using var scope = fixture.Open(account);
        var (feed, stages) = (scope.ServiceProvider.GetRequiredService<ContactFeedStore>(), scope.ServiceProvider.GetRequiredService<StageStore>());
        long[] ids = [.. Enumerable.Range(1, 12_000).Select(i => (long)i)];
        // One stands elsewhere, one is inactive, and the last is newer than what the feed has brought.
        await feed.AddAsync(ids[..^1], Before, default);
        await stages.SetManyAsync(ids, FunnelStage.Promoter, StoreFixture.At(Before), default);
        await stages.SetManyAsync([9_500], FunnelStage.Engaged, StoreFixture.At(Before), default);
        await feed.DeactivateAsync([9_700], StoreFixture.At(Before, StageChangeCause.RecordInactive), default);
        var work = await RunAsync(ids, FunnelStage.Promoter);

        await fixture.Executor.ExecuteAsync(work, default);

        (work.Row.DoneCount, work.Row.ChangedCount, work.Row.UnchangedCount).ShouldBe((12_000, 2, 11_997));
        work.Skipped["RECORD_INACTIVE"].ShouldBe(1);
        (await FunnelCheck.BrokenAsync(fixture.Database, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_worker_whose_epoch_is_over_writes_nothing()
    {
        await using var scope = fixture.Open(account);
        long[] ids = [.. Enumerable.Range(1, 1500).Select(i => (long)i)];
        await scope.ServiceProvider.GetRequiredService<ContactFeedStore>().AddAsync(ids, Before, default);
        var db = scope.ServiceProvider.GetRequiredService<FunnelDbContext>();
        var work = await RunAsync(ids, FunnelStage.Promoter);
        await db.Runs.Where(r => r.RunId == work.Row.RunId).ExecuteUpdateAsync(set => set.SetProperty(r => r.Epoch, 2));

        await Should.ThrowAsync<RunLostException>(() => fixture.Executor.ExecuteAsync(work, default));

        (await db.StageChanges.AnyAsync()).ShouldBeFalse();
        (await db.Outbox.AnyAsync()).ShouldBeFalse();
        (await db.LabelRuleTargets.CountAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task A_cancelled_run_keeps_what_is_committed_and_drops_the_rest()
    {
        await using var scope = fixture.Open(account);
        long[] ids = [.. Enumerable.Range(1, 4000).Select(i => (long)i)];
        await scope.ServiceProvider.GetRequiredService<ContactFeedStore>().AddAsync(ids, Before, default);
        var db = scope.ServiceProvider.GetRequiredService<FunnelDbContext>();
        var work = await RunAsync(ids, FunnelStage.Promoter);
        await db.Runs.Where(r => r.RunId == work.Row.RunId).ExecuteUpdateAsync(set => set.SetProperty(r => r.CancelRequested, true));

        await Should.ThrowAsync<RunCancelledException>(() => fixture.Executor.ExecuteAsync(work, default));

        (await db.StageChanges.AnyAsync()).ShouldBeFalse();
        (await db.LabelRuleTargets.AnyAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task Single_changes_beside_a_run_are_neither_lost_nor_doubled()
    {
        await using var scope = fixture.Open(account);
        long[] ids = [.. Enumerable.Range(1, 10_000).Select(i => (long)i)];
        await scope.ServiceProvider.GetRequiredService<ContactFeedStore>().AddAsync(ids, Before, default);
        var work = await RunAsync(ids, FunnelStage.Customer);

        var run = fixture.Executor.ExecuteAsync(work, default);
        var beside = Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            await using var own = fixture.Open(account);
            var stages = own.ServiceProvider.GetRequiredService<StageStore>();
            var saved = 0;
            for (var i = 0; !run.IsCompleted || i < 50; i++)
            {
                var row = (await stages.FindAsync(1 + ((i * 7919L + worker * 13) % 10_000), default))!;
                var to = new Standing((FunnelStage)(1 + i % 5), false, LostCause.Unspecified);
                if ((to.Stage, to.Lost) == (row.Stage, row.Lost))
                {
                    continue;
                }
                var act = StoreFixture.At(StageDecisions.ChangeTime(row, TimeProvider.System.Now()));
                saved += await stages.SaveAsync(new(row, to, act), wait: true, default) is null ? 0 : 1;
            }
            return saved;
        })).ToList();
        await run;
        var saved = (await Task.WhenAll(beside)).Sum();

        var db = scope.ServiceProvider.GetRequiredService<FunnelDbContext>();
        (await db.StageChanges.CountAsync(c => c.Cause == StageChangeCause.Manual)).ShouldBe(saved);
        work.Row.DoneCount.ShouldBe(10_000);
        (await FunnelCheck.BrokenAsync(fixture.Database, default)).ShouldBeEmpty();
    }

    private Task<RunWork> RunAsync(long[] ids, FunnelStage stage) => fixture.NewRunAsync(account, ids, stage);
}
