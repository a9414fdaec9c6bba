using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Sequences.ContactStatuses;

/// <summary>Writes what holds of contacts, for many at once. Whatever touches several contacts locks these rows first, by ascending id.</summary>
public sealed class ContactStatusStore(SequencesDbContext db)
{
    // A row that is new is locked by having been inserted, one that was there by the second statement.
    private static readonly SqlText Ensure = new(
        """
        INSERT INTO contact_statuses (account_id, contact_id, opted_out, call_status, record_inactive, deleted, version)
        SELECT @account, id, false, 0, false, false, 0 FROM unnest(@ids) AS id ORDER BY id
        ON CONFLICT (account_id, contact_id) DO NOTHING
        """,
        """
        INSERT INTO contact_statuses (account_id, contact_id, opted_out, call_status, record_inactive, deleted, version)
        SELECT @account, CAST(j.value AS bigint), 0, 0, 0, 0, 0 FROM OPENJSON(@ids) AS j
        WHERE NOT EXISTS (SELECT 1 FROM contact_statuses s WITH (UPDLOCK, HOLDLOCK)
          WHERE s.account_id = @account AND s.contact_id = CAST(j.value AS bigint))
        """);

    private static readonly SqlText Lock = new(
        """
        SELECT s.contact_id, s.opted_out, s.call_status, s.record_inactive, s.deleted, s.version FROM contact_statuses AS s
        WHERE s.account_id = @account AND s.contact_id = ANY(@ids) ORDER BY s.contact_id FOR UPDATE
        """,
        """
        SELECT s.contact_id, s.opted_out, s.call_status, s.record_inactive, s.deleted, s.version FROM contact_statuses AS s WITH (UPDLOCK, ROWLOCK)
        WHERE s.account_id = @account AND s.contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids)) ORDER BY s.contact_id
        """);

    /// <summary>Locks contacts within the open transaction, those that are new here as well.</summary>
    /// <param name="ids">At most 1,000, ascending, each once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A row for each.</returns>
    public async Task<Dictionary<long, ContactStatusRow>> LockAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        var (connection, transaction) = (db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction());
        await using (var ensure = connection.Command(Ensure, transaction).With("account", db.AccountId).WithIds("ids", ids))
        {
            await ensure.ExecuteNonQueryAsync(cancellationToken);
        }
        await using var command = connection.Command(Lock, transaction).With("account", db.AccountId).WithIds("ids", ids);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new Dictionary<long, ContactStatusRow>(ids.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(reader.GetInt64(0), new()
            {
                AccountId = db.AccountId,
                ContactId = reader.GetInt64(0),
                OptedOut = reader.GetBoolean(1),
                CallStatus = (V1.CallStatus)reader.GetInt16(2),
                RecordInactive = reader.GetBoolean(3),
                Deleted = reader.GetBoolean(4),
                Version = reader.GetInt64(5),
            });
        }
        return rows;
    }

    /// <summary>Notes whether records are inactive, of contacts that are locked.</summary>
    public Task SetRecordInactiveAsync(IReadOnlyCollection<long> ids, bool inactive, CancellationToken cancellationToken) =>
        db.ContactStatuses.Where(s => ids.Contains(s.ContactId) && s.RecordInactive != inactive)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.RecordInactive, inactive), cancellationToken);

    /// <summary>Notes that contacts are gone, of contacts that are locked.</summary>
    public Task DeleteAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken) =>
        db.ContactStatuses.Where(s => ids.Contains(s.ContactId) && !s.Deleted)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Deleted, true), cancellationToken);
}
