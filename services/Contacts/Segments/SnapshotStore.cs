using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Requests;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ContactPlatform.Contacts.Segments;

/// <summary>Takes and deletes snapshots.</summary>
public sealed class SnapshotStore(ContactsDbContext db, ContactSets sets, RequestIds requests, IdSequence ids, IOptions<SegmentOptions> options, TimeProvider time)
{
    private static readonly SqlText DeleteMembers = new("DELETE FROM segment_snapshot_members WHERE account_id = @account AND segment_snapshot_id = @snapshot");

    /// <summary>Writes down who is in a set, in one transaction with the snapshot itself.</summary>
    /// <exception cref="RefusalException">As <see cref="ContactSets.FindAsync"/>; LIMIT_EXCEEDED, REQUEST_ID_REUSED, SEGMENT_SNAPSHOT_NOT_FOUND, FILTER_TOO_SLOW.</exception>
    public async Task<SegmentSnapshot> TakeAsync(Caller caller, V1.FreezeSegmentRequest request, string requestId, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await FindAsync(await ContactSets.WithinAsync(options.Value.FreezeSeconds, () => OnceAsync(caller, request, requestId, cancellationToken)), cancellationToken);
            }
            catch (DbUpdateException e) when (attempt < ConstraintFaults.Attempts && ConstraintFaults.LostRace(e))
            {
                // A twin of this call was first, which the snapshot of the database that this one reads cannot show.
                db.ChangeTracker.Clear();
            }
        }
    }

    private async Task<long> OnceAsync(Caller caller, V1.FreezeSegmentRequest request, string requestId, CancellationToken cancellationToken)
    {
        var body = new V1.FreezeSegmentRequest { Contacts = request.Contacts };
        await using var transaction = await sets.BeginAsync(cancellationToken);
        var (id, _) = await requests.OnceAsync(caller, "FreezeSegment", requestId, body, AddAsync, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return id;

        async Task<long> AddAsync()
        {
            var found = await sets.FindAsync(request.Contacts, cancellationToken);
            Violations.Limit(await db.SegmentSnapshots.CountAsync(cancellationToken) + 1, SegmentLimits.Snapshots, "snapshots");
            var snapshot = new SegmentSnapshot
            {
                AccountId = caller.AccountId,
                SegmentSnapshotId = await ids.NextAsync(cancellationToken),
                SegmentId = found.SegmentId,
                FilterText = found.Filter!.Filter.Text,
                CreateTime = time.UtcNow(),
            };
            await using var command = sets.Command(transaction, SegmentSql.Freeze(found.Query, db.IsSqlServer), found.Query.Parameters, options.Value.FreezeSeconds)
                .With("snapshot", snapshot.SegmentSnapshotId);
            snapshot.ContactCount = await command.ExecuteNonQueryAsync(cancellationToken);
            db.Add(snapshot);
            return snapshot.SegmentSnapshotId;
        }
    }

    /// <summary>Reads a snapshot.</summary>
    /// <exception cref="RefusalException">SEGMENT_SNAPSHOT_NOT_FOUND.</exception>
    public async Task<SegmentSnapshot> FindAsync(long snapshotId, CancellationToken cancellationToken) =>
        await db.SegmentSnapshots.AsNoTracking().SingleOrDefaultAsync(s => s.SegmentSnapshotId == snapshotId, cancellationToken)
        ?? throw new RefusalException(SegmentDecisions.SnapshotNotFound(snapshotId));

    /// <summary>Deletes a snapshot and who is in it.</summary>
    /// <exception cref="RefusalException">SEGMENT_SNAPSHOT_NOT_FOUND.</exception>
    public async Task DeleteAsync(long snapshotId, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        if (await db.SegmentSnapshots.Where(s => s.SegmentSnapshotId == snapshotId).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            throw new RefusalException(SegmentDecisions.SnapshotNotFound(snapshotId));
        }
        await using var command = db.Database.GetDbConnection().Command(DeleteMembers, Microsoft.EntityFrameworkCore.Storage.DbContextTransactionExtensions.GetDbTransaction(transaction))
            .With("account", db.AccountId).With("snapshot", snapshotId);
        command.CommandTimeout = options.Value.FreezeSeconds;
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
