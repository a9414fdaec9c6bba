using ContactPlatform.Funnel.Changes;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Funnel.Undos;

/// <summary>
/// Undoes a run. What it moved stands in history and stays there, so the set needs no writing down: pieces follow each
/// other in the order of contacts, and the run's cursor says how far they are. A piece is one transaction: the contacts,
/// their history, what became of the others, what other services are told, and the progress at this worker's epoch.
/// </summary>
public sealed class UndoExecutor(IServiceScopeFactory scopes, RightOfWay rightOfWay, TimeProvider time) : IRunExecutor
{
    /// <summary>Kind of the runs.</summary>
    public const string RunKind = "label-rule-undo";

    /// <summary>Reason under which contacts are counted that something else moved since.</summary>
    public const string ChangedSince = "CHANGED_SINCE";

    /// <inheritdoc/>
    public string Kind => RunKind;

    /// <inheritdoc/>
    public LockKey? Exclusive(long accountId) => LockKey.LabelRules(accountId);

    /// <inheritdoc/>
    public async Task ExecuteAsync(RunWork work, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = work.Row.AccountId;
        var (db, store) = (scope.ServiceProvider.GetRequiredService<FunnelDbContext>(), scope.ServiceProvider.GetRequiredService<UndoStore>());
        var undone = await db.LabelRuleRuns.Where(r => r.RunId == work.Row.RunId).Select(r => r.UndoneRunId).SingleAsync(cancellationToken);
        if (work.Row.SetTime is null)
        {
            work.Row.TotalCount = await db.StageChanges.LongCountAsync(c => c.RunId == undone && (c.Cause == StageChangeCause.LabelRule || c.Cause == StageChangeCause.Undo), cancellationToken);
            work.Row.SetTime = time.Now();
            await work.CheckpointAsync(db, cancellationToken);
        }
        for (var began = time.GetTimestamp(); await ReverseAsync(work, db, store, undone, cancellationToken); began = time.GetTimestamp())
        {
            await rightOfWay.GiveWayAsync(began, cancellationToken);
        }
    }

    private async Task<bool> ReverseAsync(RunWork work, FunnelDbContext db, UndoStore store, long undone, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var act = new Act(work.Row.Actor, StageChangeCause.Undo, work.Row.RunId, time.Now());
        var contacts = await store.ReverseAsync(undone, work.Row.CursorId, act, cancellationToken);
        if (contacts.Count == 0)
        {
            return false;
        }
        var to = contacts.ToDictionary(c => c.Moved.ContactId, c => (c.ToStage, c.ToLost));
        if (ChangesProto.StagesChanged(db.AccountId, act, contacts.Select(c => c.Moved), moved => to[moved.ContactId]) is { } outbox)
        {
            db.Outbox.Add(outbox);
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }
        long Of(Outcome outcome) => contacts.Count(c => c.Moved.Outcome == outcome);
        work.Row.CursorId = contacts[^1].Moved.ContactId;
        work.Row.DoneCount += contacts.Count;
        work.Row.ChangedCount += Of(Outcome.Changed);
        work.Skip(ChangedSince, Of(Outcome.ChangedSince));
        work.Skip(FunnelReasons.RecordInactive.Name, Of(Outcome.RecordInactive));
        work.Skip(FunnelReasons.ContactNotFound.Name, Of(Outcome.Deleted));
        await work.CheckpointAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
