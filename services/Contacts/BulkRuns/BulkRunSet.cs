using ContactPlatform.Contacts.Segments;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.Extensions.Options;

namespace ContactPlatform.Contacts.BulkRuns;

/// <summary>
/// Fixes a run's set: who is in it in one snapshot of the database. It is written down part by part while it is read, each
/// part in a transaction with the run's progress at this worker's epoch, since a long transaction that writes would hold
/// the change feed up. A crash before the end leaves parts that the next worker removes; after it the set never changes.
/// </summary>
public sealed class BulkRunSet(IServiceScopeFactory scopes, IOptions<SegmentOptions> options)
{
    /// <summary>Contacts in a part: bounds what is held in memory to 512 kB.</summary>
    private const int PartSize = 64 * BulkRunPieces.Size;

    /// <summary>Reads and writes the set.</summary>
    /// <exception cref="RefusalException">As <see cref="ContactSets.FindAsync"/>, when the set has gone; FILTER_TOO_SLOW.</exception>
    public async Task FixAsync(RunWork work, V1.ContactSet set, ContactsDbContext db, BulkRunPieces pieces, CancellationToken cancellationToken)
    {
        if (work.Row.CursorId > 0)
        {
            await CommitAsync(async () => { await pieces.DropAsync(work.Row.RunId, cancellationToken); return 0; }, 0);
        }
        // On a connection of its own, which holds the snapshot.
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = work.Row.AccountId;
        var reads = scope.ServiceProvider.GetRequiredService<SegmentReads>();
        await using var parts = reads.StreamAsync(set, cancellationToken, options.Value.FreezeSeconds).GetAsyncEnumerator(cancellationToken);
        var (ids, total) = (new List<long>(PartSize), 0L);
        while (await ContactSets.WithinAsync(options.Value.FreezeSeconds, async () => await parts.MoveNextAsync()))
        {
            ids.AddRange(parts.Current.ContactIds);
            if (ids.Count >= PartSize)
            {
                await WriteAsync(ids[..PartSize]);
                ids.RemoveRange(0, PartSize);
            }
        }
        (work.Row.TotalCount, work.Row.SetTime) = (total + ids.Count, work.Now);
        await WriteAsync(ids);

        Task WriteAsync(List<long> part)
        {
            total += part.Count;
            return CommitAsync(() => pieces.WriteAsync(work.Row.RunId, (int)work.Row.CursorId, part.Chunk(BulkRunPieces.Size), cancellationToken), work.Row.CursorId);
        }

        // Until the set is fixed, the run's cursor is the number of pieces.
        async Task CommitAsync(Func<Task<long>> write, long cursor)
        {
            await using var transaction = await db.BeginBulkAsync(cancellationToken);
            work.Row.CursorId = cursor + await write();
            await work.CheckpointAsync(db, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }
}
