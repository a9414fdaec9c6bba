using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.ImportUndos;

/// <summary>Deletes the contacts that an import made and nobody has changed since, batch by batch of the import.</summary>
public sealed class CreationPieces(ContactsDbContext db, ImportUndoProgress progress)
{
    /// <summary>Deals with the next piece; false when none is left.</summary>
    public async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        var import = progress.ImportId;
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        // Two undos of one import take turns.
        await ImportStore.HoldAsync(transaction.GetDbTransaction(), db.AccountId, import, cancellationToken);
        if (await db.ImportCreations.AsNoTracking().Where(c => c.ImportId == import).OrderBy(c => c.Number).ThenBy(c => c.Stage).FirstOrDefaultAsync(cancellationToken) is not { } piece)
        {
            return false;
        }
        long[] ids = [.. ContactsCreated.Parser.ParseFrom(piece.ContactIds).ContactIds.Order()];
        await progress.LockAsync(ids, cancellationToken);
        var there = await db.Contacts.AsNoTracking().Where(c => ids.Contains(c.ContactId)).Select(c => new { c.ContactId, c.Version, c.UpdateTime }).ToDictionaryAsync(c => c.ContactId, cancellationToken);
        var changed = await db.ImportChanges.AsNoTracking().Where(c => c.ImportId == import && ids.Contains(c.ContactId)).OrderBy(c => c.Number).ToListAsync(cancellationToken);
        var last = changed.GroupBy(c => c.ContactId).ToDictionary(g => g.Key, g => g.Last());
        var listed = (await db.ContactListMembers.Where(m => ids.Contains(m.ContactId)).Select(m => m.ContactId).Distinct().ToListAsync(cancellationToken)).ToHashSet();
        var stages = await db.ContactStages.AsNoTracking().Where(s => ids.Contains(s.ContactId)).ToDictionaryAsync(s => s.ContactId, cancellationToken);

        var (counts, delete) = (progress.Committed with { Total = progress.Committed.Total - last.Count }, new List<long>(ids.Length));
        foreach (var id in ids)
        {
            if (!there.TryGetValue(id, out var contact))
            {
                Left(id, ImportUndoOutcome.Failed, ContactsReasons.ContactNotFound.Name);
            }
            else if (ImportUndoDecisions.IsUntouched(contact.Version, contact.UpdateTime, piece, last.GetValueOrDefault(id), listed.Contains(id), stages.GetValueOrDefault(id)))
            {
                delete.Add(id);
            }
            else
            {
                Left(id, ImportUndoOutcome.Kept, ImportUndoDecisions.ChangedSince);
            }
        }
        // What the import itself changed of those that it made is neither here nor there now.
        await db.ImportValues.Where(v => v.ImportId == import && ids.Contains(v.ContactId)).ExecuteDeleteAsync(cancellationToken);
        await db.ImportChanges.Where(c => c.ImportId == import && ids.Contains(c.ContactId)).ExecuteDeleteAsync(cancellationToken);
        await db.ImportCreations.Where(c => c.ImportId == import && c.Number == piece.Number && c.Stage == piece.Stage).ExecuteDeleteAsync(cancellationToken);
        if (delete.Count > 0)
        {
            // Labels and custom fields go with them, by the foreign keys.
            await db.ContactEvents.Where(e => delete.Contains(e.ContactId)).ExecuteDeleteAsync(cancellationToken);
            await db.Contacts.Where(c => delete.Contains(c.ContactId)).ExecuteDeleteAsync(cancellationToken);
            progress.Tell(progress.Act(), c => c.ContactsDeleted = new() { ContactIds = { delete } });
        }
        await progress.CommitAsync(transaction, counts with { Deleted = counts.Deleted + delete.Count }, cancellationToken);
        return true;

        void Left(long id, ImportUndoOutcome outcome, string reason)
        {
            progress.Result(id, outcome, reason, []);
            counts = counts.PlusLeft(reason);
        }
    }
}
