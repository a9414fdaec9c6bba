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

    /// <summary>
    /// Pieces taken at a time while there is nothing to move: nothing is held then, and most of the time of one would go
    /// into its transaction.
    /// </summary>
    private const int Idle = 16;

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
            for (var (last, most) = (-1, 1); ; await rightOfWay.GiveWayAsync(began, stop.Token))
            {
                began = time.GetTimestamp();
                await using var transaction = await db.BeginBulkAsync(stop.Token);
                if (await targets.TakeAsync(run.RunId, last, most, stop.Token) is not { } taken)
                {
                    return;
                }
                var outcomes = most == 1
                    ? await MoveAsync(services, run, taken.ContactIds, work, stop.Token)
                    : await services.GetRequiredService<StageReads>().OutcomesAsync(taken.ContactIds, run.Stage, stop.Token);
                var still = outcomes is not null && !outcomes.ContainsKey(Outcome.Changed);
                if (most > 1 && !still)
                {
                    // Some move after all: piece by piece again. What was taken is still there, since nothing is committed.
                    most = 1;
                    continue;
                }
                most = still ? Idle : 1;
                // One at a time from the count to the commit: the counters are the run's, not the piece's.
                await gate.WaitAsync(stop.Token);
                try
                {
                    Count(work, outcomes!);
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
                last = taken.Last;
            }
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    /// <summary>Moves a piece and tells other services; contacts that the feed has not brought yet are added on the way, since Contacts named them.</summary>
    private async Task<IReadOnlyDictionary<Outcome, long>?> MoveAsync(IServiceProvider services, LabelRuleRunRow run, long[] ids, RunWork work, CancellationToken cancellationToken)
    {
        var (db, stages) = (services.GetRequiredService<FunnelDbContext>(), services.GetRequiredService<StageStore>());
        var act = new Act(work.Row.Actor, StageChangeCause.LabelRule, run.RunId, time.Now());
        var moved = await stages.SetManyAsync(ids, run.Stage, act, cancellationToken);
        if (moved.Count < ids.Length)
        {
            long[] unknown = [.. ids.Except(moved.Select(m => m.ContactId))];
            await services.GetRequiredService<ContactFeedStore>().AddAsync(unknown, work.Row.SetTime!.Value, cancellationToken);
            moved.AddRange(await stages.SetManyAsync(unknown, run.Stage, act, cancellationToken));
        }
        if (ChangesProto.StagesChanged(run.AccountId, act, moved, _ => (run.Stage, false)) is { } outbox)
        {
            db.Outbox.Add(outbox);
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }
        return moved.CountBy(m => m.Outcome).ToDictionary(o => o.Key, o => (long)o.Value);
    }

    private static void Count(RunWork work, IReadOnlyDictionary<Outcome, long> outcomes)
    {
        work.Row.DoneCount += outcomes.Values.Sum();
        work.Row.ChangedCount += outcomes.GetValueOrDefault(Outcome.Changed);
        work.Row.UnchangedCount += outcomes.GetValueOrDefault(Outcome.Unchanged);
        work.Skip(FunnelReasons.RecordInactive.Name, outcomes.GetValueOrDefault(Outcome.RecordInactive));
        work.Skip(FunnelReasons.ContactNotFound.Name, outcomes.GetValueOrDefault(Outcome.Deleted));
    }

    private AsyncServiceScope Scope(RunWork work)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = work.Row.AccountId;
        return scope;
    }
}
