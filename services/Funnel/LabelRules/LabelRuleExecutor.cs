using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.Changes;
using ContactPlatform.Funnel.ContactFeed;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Funnel.LabelRules;

/// <summary>
/// Works on the run of a label rule: fixes the set, then moves it piece by piece. A piece is one transaction: the
/// contacts, their history, what other services are told, the piece's end, and the run's progress at this worker's epoch.
/// </summary>
public sealed class LabelRuleExecutor(LabelRuleSnapshot snapshot, IServiceScopeFactory scopes, RightOfWay rightOfWay, TimeProvider time) : IRunExecutor
{
    /// <summary>Kind of the runs.</summary>
    public const string RunKind = "label-rule";

    /// <summary>Pieces worked on at a time: while one waits for its commit, the other uses the database.</summary>
    private const int Workers = 2;

    /// <summary>How often to look for the end of a piece that a worker before this one has not let go of.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public string Kind => RunKind;

    /// <inheritdoc/>
    public LockKey? Exclusive(long accountId) => LockKey.LabelRules(accountId);

    /// <inheritdoc/>
    public async Task ExecuteAsync(RunWork work, CancellationToken cancellationToken)
    {
        await using var scope = Scope(work);
        var db = scope.ServiceProvider.GetRequiredService<FunnelDbContext>();
        var targets = scope.ServiceProvider.GetRequiredService<LabelRuleTargets>();
        var run = await db.LabelRuleRuns.AsNoTracking().SingleAsync(r => r.RunId == work.Row.RunId, cancellationToken);
        await targets.SweepAsync(cancellationToken);
        try
        {
            if (work.Row.SetTime is null)
            {
                await snapshot.TakeAsync(work, run, cancellationToken);
            }
            await ApplyAllAsync(work, run, cancellationToken);
            while (await targets.AnyAsync(run.RunId, cancellationToken))
            {
                // A dead or frozen worker's transaction holds a piece until the database has ended it.
                await Task.Delay(Poll, time, cancellationToken);
                await ApplyAllAsync(work, run, cancellationToken);
            }
        }
        catch (RunCancelledException)
        {
            await targets.DropAsync(run.RunId, cancellationToken);
            throw;
        }
    }

    private async Task ApplyAllAsync(RunWork work, LabelRuleRunRow run, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var gate = new SemaphoreSlim(1, 1);
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(work, run, gate, stop)));
    }

    private async Task WorkAsync(RunWork work, LabelRuleRunRow run, SemaphoreSlim gate, CancellationTokenSource stop)
    {
        await using var scope = Scope(work);
        var services = scope.ServiceProvider;
        var (db, targets) = (services.GetRequiredService<FunnelDbContext>(), services.GetRequiredService<LabelRuleTargets>());
        long began;
        try
        {
            for (var last = -1; ; await rightOfWay.GiveWayAsync(began, stop.Token))
            {
                began = time.GetTimestamp();
                await using var transaction = await db.BeginBulkAsync(stop.Token);
                if (await targets.TakeAsync(run.RunId, last, stop.Token) is not { } chunk)
                {
                    return;
                }
                var act = new Act(work.Row.Actor, StageChangeCause.LabelRule, run.RunId, time.Now());
                var moved = await MoveAsync(services, run.Stage, chunk.ContactIds, work.Row.SetTime!.Value, act, stop.Token);
                if (ChangesProto.StagesChanged(run.AccountId, act, moved, _ => (run.Stage, false)) is { } outbox)
                {
                    db.Outbox.Add(outbox);
                    await db.SaveChangesAsync(stop.Token);
                    db.ChangeTracker.Clear();
                }
                // One at a time from the count to the commit: the counters are the run's, not the piece's.
                await gate.WaitAsync(stop.Token);
                try
                {
                    Count(work, moved);
                    await work.CheckpointAsync(db, stop.Token);
                    await transaction.CommitAsync(stop.Token);
                }
                catch
                {
                    // The counters hold a piece that may not be committed: nobody may write them any more.
                    await stop.CancelAsync();
                    throw;
                }
                finally
                {
                    gate.Release();
                }
                last = chunk.Number;
            }
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    /// <summary>Moves a piece; contacts that the feed has not brought yet are added on the way, since Contacts named them.</summary>
    private static async Task<List<Moved>> MoveAsync(IServiceProvider services, FunnelStage stage, long[] ids, DateTime known, Act act, CancellationToken cancellationToken)
    {
        var stages = services.GetRequiredService<StageStore>();
        var moved = await stages.SetManyAsync(ids, stage, act, cancellationToken);
        if (moved.Count < ids.Length)
        {
            long[] unknown = [.. ids.Except(moved.Select(m => m.ContactId))];
            await services.GetRequiredService<ContactFeedStore>().AddAsync(unknown, known, cancellationToken);
            moved.AddRange(await stages.SetManyAsync(unknown, stage, act, cancellationToken));
        }
        return moved;
    }

    private static void Count(RunWork work, List<Moved> moved)
    {
        long Of(Outcome outcome) => moved.Count(m => m.Outcome == outcome);
        work.Row.DoneCount += moved.Count;
        work.Row.ChangedCount += Of(Outcome.Changed);
        work.Row.UnchangedCount += Of(Outcome.Unchanged);
        work.Skip(FunnelReasons.RecordInactive.Name, Of(Outcome.RecordInactive));
        work.Skip(FunnelReasons.ContactNotFound.Name, Of(Outcome.Deleted));
    }

    private AsyncServiceScope Scope(RunWork work)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = work.Row.AccountId;
        return scope;
    }
}
