using ContactPlatform.Contacts.Timelines;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Runs;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.ImportUndos;

/// <summary>How far an undo is, and what each of its pieces ends with: the change feed, the counts, the checkpoint.</summary>
public sealed class ImportUndoProgress(ContactsDbContext db, TimelineStore timeline, RunWork work, ImportUndoRow undo, TimeProvider time)
{
    // Contacts are locked against everything, since they may go.
    private static readonly SqlText Lock = new(
        """
        SELECT c.contact_id FROM unnest(@contacts) AS k(id) JOIN contacts c ON c.account_id = @account AND c.contact_id = k.id
        ORDER BY c.contact_id FOR UPDATE OF c
        """,
        """
        SELECT contact_id FROM contacts WITH (UPDLOCK, ROWLOCK)
        WHERE account_id = @account AND contact_id IN (SELECT CAST([value] AS bigint) FROM OPENJSON(@contacts)) ORDER BY contact_id
        """);

    /// <summary>The import that is undone.</summary>
    public long ImportId => undo.ImportId;

    /// <summary>The counts as committed.</summary>
    public ImportUndoCounts Committed { get; private set; } = ImportUndoCounts.Of(work, undo);

    /// <summary>Who, why and when, for one piece.</summary>
    public TimelineAct Act() => new(work.Row.Actor, TimelineCause.ImportUndo, work.Row.RunId, time.UtcNow());

    /// <summary>Locks contacts until the transaction ends.</summary>
    public async Task LockAsync(IReadOnlyCollection<long> contactIds, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().Command(Lock, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId).WithIds("contacts", contactIds);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Notes on the context that a contact is not as before.</summary>
    public void Result(long contactId, ImportUndoOutcome outcome, string reason, IEnumerable<string> keptFields) => db.Add(new ImportUndoResultRow
    {
        AccountId = db.AccountId, ImportUndoId = undo.ImportUndoId, ContactId = contactId, Outcome = outcome, Reason = reason, KeptFields = string.Join(',', keptFields),
    });

    /// <summary>Tells the change feed.</summary>
    public void Tell(TimelineAct act, Action<StreamChangesResponse> set)
    {
        var change = new StreamChangesResponse { AccountId = db.AccountId, ChangeTime = Timestamp.FromDateTime(act.Time), Actor = act.Actor, RunId = act.RunId };
        set(change);
        db.Outbox.Add(OutboxRow.Of(db.AccountId, change));
    }

    /// <summary>Tells the timelines.</summary>
    public Task HappenedAsync(TimelineAct act, IEnumerable<(TimelineEvent What, IEnumerable<long> ContactIds)> happened, CancellationToken cancellationToken) =>
        timeline.AddManyAsync(act, happened, cancellationToken);

    /// <summary>Ends a piece: saves what is noted, the counts and the checkpoint, and commits.</summary>
    public async Task CommitAsync(IDbContextTransaction transaction, ImportUndoCounts counts, CancellationToken cancellationToken)
    {
        await db.SaveChangesAsync(cancellationToken);
        await db.ImportUndos.Where(u => u.ImportUndoId == undo.ImportUndoId).ExecuteUpdateAsync(set => set
            .SetProperty(u => u.DeletedCount, counts.Deleted)
            .SetProperty(u => u.RestoredCount, counts.Restored)
            .SetProperty(u => u.PartlyRestoredCount, counts.Partly)
            .SetProperty(u => u.KeptCount, counts.Kept)
            .SetProperty(u => u.FailedCount, counts.Failed), cancellationToken);
        counts.CopyTo(work);
        await work.CheckpointAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        db.ChangeTracker.Clear();
        Committed = counts;
    }

    /// <summary>Notes that nothing is left to deal with: what another undo of the import did meanwhile is no part of this one.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (work.Row.TotalCount != work.Row.DoneCount)
        {
            work.Row.TotalCount = work.Row.DoneCount;
            await work.CheckpointAsync(db, cancellationToken);
        }
    }
}
