using System.Text.Json;
using ContactPlatform.Contacts.Labels;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Locks;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Imports;

/// <summary>
/// The labels that an import sets: found or made by name, and leased, so that a label rule that reads a label's members
/// and an import that adds to them keep apart. What must hold is held by the foreign key and the rule's snapshot.
/// </summary>
/// <param name="locks">Where leases come from.</param>
/// <param name="time">The clock.</param>
public sealed class ImportLabels(LockLeases locks, TimeProvider time) : IAsyncDisposable
{
    /// <summary>
    /// Leases are kept from batch to batch for less than others wait for them, then let go for long enough that one who
    /// waits gets its turn.
    /// </summary>
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(75);

    private static readonly SqlText Insert = new(
        """
        INSERT INTO labels (account_id, label_id, display_name, name_key, create_time, update_time, version)
        SELECT @account, r.label_id, r.display_name, r.name_key, @now, @now, 1
        FROM json_to_recordset(@rows::json) AS r(label_id bigint, display_name text, name_key text)
        ORDER BY r.name_key
        ON CONFLICT DO NOTHING
        """,
        """
        INSERT INTO labels (account_id, label_id, display_name, name_key, create_time, update_time, version)
        SELECT @account, r.label_id, r.display_name, r.name_key, @now, @now, 1
        FROM OPENJSON(@rows) WITH (label_id bigint, display_name nvarchar(100), name_key nvarchar(300)) AS r
        WHERE NOT EXISTS (SELECT 1 FROM labels AS l WITH (UPDLOCK, HOLDLOCK)
            WHERE l.account_id = @account AND l.name_key = r.name_key COLLATE Latin1_General_100_BIN2)
        """);

    private readonly SortedDictionary<long, LockLease> held = [];
    private long heldSince;

    /// <summary>Finds labels by their keys.</summary>
    public static async Task<Dictionary<string, long>> FindAsync(ContactsDbContext db, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        keys.Count == 0 ? [] : await db.Labels.AsNoTracking().Where(l => keys.Contains(l.NameKey)).ToDictionaryAsync(l => l.NameKey, l => l.LabelId, cancellationToken);

    /// <summary>Makes labels that the account lacks; one that another caller makes at the same time is that one's.</summary>
    public static async Task CreateAsync(ContactsDbContext db, IdSequence ids, IReadOnlyDictionary<string, string> missing, DateTime now, CancellationToken cancellationToken)
    {
        var labelIds = await ids.TakeAsync(missing.Count, cancellationToken);
        var rows = missing.OrderBy(m => m.Key, StringComparer.Ordinal).Zip(labelIds, (m, id) => new { label_id = id, display_name = m.Value, name_key = m.Key });
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = db.Database.GetDbConnection().Command(Insert).With("account", db.AccountId).With("now", now).With("rows", JsonSerializer.Serialize(rows));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    /// <summary>Holds the leases of labels, at least until the batch is committed.</summary>
    /// <exception cref="RefusalException">LOCK_BUSY, LOCKS_UNAVAILABLE: the import waits in its queue.</exception>
    public async Task HoldAsync(long account, IReadOnlyCollection<long> labels, CancellationToken cancellationToken)
    {
        if (held.Count > 0 && time.GetElapsedTime(heldSince) > Hold)
        {
            await ReleaseAsync();
            await Task.Delay(Gap, time, cancellationToken);
        }
        var missing = labels.Where(l => !held.ContainsKey(l)).Order().ToList();
        // All are taken in the order of their ids, by everybody: who asks for a lower one lets the higher ones go first.
        if (missing.Count > 0 && held.Count > 0 && missing[0] < held.Keys.Last())
        {
            missing = [.. missing.Union(held.Keys).Order()];
            await ReleaseAsync();
        }
        heldSince = held.Count == 0 ? time.GetTimestamp() : heldSince;
        foreach (var label in missing)
        {
            held.Add(label, await locks.TakeAsync(LockKey.Label(account, label), cancellationToken));
        }
    }

    /// <summary>Refuses to commit under a lease that was lost.</summary>
    /// <exception cref="RefusalException">LOCKS_UNAVAILABLE.</exception>
    public void ThrowIfLost()
    {
        if (held.Values.Any(l => l.Lost.IsCancellationRequested))
        {
            throw new RefusalException(FaultTable.Locks());
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await ReleaseAsync();

    private async Task ReleaseAsync()
    {
        foreach (var lease in held.Values)
        {
            await lease.DisposeAsync();
        }
        held.Clear();
    }
}
