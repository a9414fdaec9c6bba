using ContactPlatform.Contacts.Projections;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.DeliverabilityProjection;

/// <summary>
/// Writes what Deliverability tells, for all accounts at once. Contacts that are deleted here are passed over. Doing any of it
/// again changes nothing.
/// </summary>
public sealed class DeliverabilityProjectionStore(ContactsDbContext db)
{
    private const string Values = "revision, status, last_send_time, last_open_time, last_click_time";

    private const string FromRow = "revision = r.revision, status = r.status, last_send_time = r.last_send_time, last_open_time = r.last_open_time, last_click_time = r.last_click_time";

    private const string FromExcluded =
        "revision = excluded.revision, status = excluded.status, last_send_time = excluded.last_send_time, last_open_time = excluded.last_open_time, last_click_time = excluded.last_click_time";

    private const string UtcValues =
        "r.revision, r.status, r.last_send_time AT TIME ZONE 'UTC', r.last_open_time AT TIME ZONE 'UTC', r.last_click_time AT TIME ZONE 'UTC'";

    private const string Rows =
        "json_to_recordset(@rows::json) AS r(account_id bigint, contact_id bigint, revision bigint, status smallint, last_send_time timestamp, last_open_time timestamp, last_click_time timestamp)";

    private const string JsonRows =
        "OPENJSON(@rows) WITH (account_id bigint, contact_id bigint, revision bigint, status smallint, last_send_time datetime2(7), last_open_time datetime2(7), last_click_time datetime2(7)) AS r";

    // Shared, a contact cannot go before its row is there, and takes it along when it goes after.
    private static readonly SqlText Put = new(
        $"""
        INSERT INTO contact_deliverability (account_id, contact_id, {Values})
        SELECT c.account_id, c.contact_id, {UtcValues} FROM {Rows}
        CROSS JOIN LATERAL (SELECT account_id, contact_id FROM contacts WHERE account_id = r.account_id AND contact_id = r.contact_id LIMIT 1 FOR KEY SHARE) AS c
        ON CONFLICT (account_id, contact_id) DO UPDATE SET {FromExcluded} WHERE contact_deliverability.revision < excluded.revision
        """,
        $"""
        SET NOCOUNT ON;
        UPDATE d SET {FromRow} FROM contact_deliverability AS d JOIN {JsonRows} ON r.account_id = d.account_id AND r.contact_id = d.contact_id WHERE d.revision < r.revision;
        INSERT INTO contact_deliverability (account_id, contact_id, {Values})
        SELECT r.account_id, r.contact_id, r.revision, r.status, r.last_send_time, r.last_open_time, r.last_click_time
        FROM {JsonRows} JOIN contacts AS c WITH (REPEATABLEREAD, ROWLOCK) ON c.account_id = r.account_id AND c.contact_id = r.contact_id
        WHERE NOT EXISTS (SELECT 1 FROM contact_deliverability AS d WITH (UPDLOCK, HOLDLOCK) WHERE d.account_id = r.account_id AND d.contact_id = r.contact_id);
        """);

    private static readonly SqlText PutRebuilt = new(
        $"""
        INSERT INTO rebuilt_contact_deliverability (account_id, contact_id, {Values}) SELECT r.account_id, r.contact_id, {UtcValues} FROM {Rows}
        ON CONFLICT (account_id, contact_id) DO UPDATE SET {FromExcluded} WHERE rebuilt_contact_deliverability.revision < excluded.revision
        """,
        $"""
        SET NOCOUNT ON;
        UPDATE d SET {FromRow} FROM rebuilt_contact_deliverability AS d JOIN {JsonRows} ON r.account_id = d.account_id AND r.contact_id = d.contact_id WHERE d.revision < r.revision;
        INSERT INTO rebuilt_contact_deliverability (account_id, contact_id, {Values})
        SELECT r.account_id, r.contact_id, r.revision, r.status, r.last_send_time, r.last_open_time, r.last_click_time FROM {JsonRows}
        WHERE NOT EXISTS (SELECT 1 FROM rebuilt_contact_deliverability AS d WHERE d.account_id = r.account_id AND d.contact_id = r.contact_id);
        """);

    private static readonly SqlText[] Empty = [new("TRUNCATE TABLE rebuilt_contact_deliverability")];

    private static readonly SqlText[] Count =
    [
        new("ANALYZE rebuilt_contact_deliverability", "UPDATE STATISTICS rebuilt_contact_deliverability"),
        new("ANALYZE contact_deliverability", "UPDATE STATISTICS contact_deliverability"),
    ];

    private static readonly SqlText[] Mend =
    [
        new("""
            DELETE FROM contact_deliverability WHERE NOT EXISTS (SELECT 1 FROM rebuilt_contact_deliverability r
              WHERE r.account_id = contact_deliverability.account_id AND r.contact_id = contact_deliverability.contact_id)
            """),
        new($"""
            UPDATE contact_deliverability AS d SET {FromRow} FROM rebuilt_contact_deliverability AS r
            WHERE r.account_id = d.account_id AND r.contact_id = d.contact_id
              AND (d.revision, d.status, d.last_send_time, d.last_open_time, d.last_click_time) IS DISTINCT FROM (r.revision, r.status, r.last_send_time, r.last_open_time, r.last_click_time)
            """,
            $"""
            UPDATE d SET {FromRow} FROM contact_deliverability AS d JOIN rebuilt_contact_deliverability AS r ON r.account_id = d.account_id AND r.contact_id = d.contact_id
            WHERE EXISTS (SELECT d.revision, d.status, d.last_send_time, d.last_open_time, d.last_click_time EXCEPT SELECT r.revision, r.status, r.last_send_time, r.last_open_time, r.last_click_time)
            """),
        new($"""
            INSERT INTO contact_deliverability (account_id, contact_id, {Values})
            SELECT r.account_id, r.contact_id, r.revision, r.status, r.last_send_time, r.last_open_time, r.last_click_time FROM rebuilt_contact_deliverability r
            JOIN contacts c ON c.account_id = r.account_id AND c.contact_id = r.contact_id
            WHERE NOT EXISTS (SELECT 1 FROM contact_deliverability d WHERE d.account_id = r.account_id AND d.contact_id = r.contact_id)
            FOR KEY SHARE OF c
            """,
            $"""
            INSERT INTO contact_deliverability (account_id, contact_id, {Values})
            SELECT r.account_id, r.contact_id, r.revision, r.status, r.last_send_time, r.last_open_time, r.last_click_time FROM rebuilt_contact_deliverability AS r
            JOIN contacts AS c WITH (REPEATABLEREAD, ROWLOCK) ON c.account_id = r.account_id AND c.contact_id = r.contact_id
            WHERE NOT EXISTS (SELECT 1 FROM contact_deliverability AS d WHERE d.account_id = r.account_id AND d.contact_id = r.contact_id)
            """),
    ];

    /// <summary>How it is rebuilt.</summary>
    public static readonly RebuildTables Tables = new(DeliverabilityFeed.Source, 1, Empty, Count, Mend);

    /// <summary>Applies changes within the open transaction.</summary>
    public Task ApplyAsync(DeliverabilityFold fold, CancellationToken cancellationToken) => RunAsync(Put, fold, cancellationToken);

    /// <summary>Applies changes to the projection that is being rebuilt, within the open transaction.</summary>
    public Task ApplyRebuiltAsync(DeliverabilityFold fold, CancellationToken cancellationToken) => RunAsync(PutRebuilt, fold, cancellationToken);

    private async Task RunAsync(SqlText sql, DeliverabilityFold fold, CancellationToken cancellationToken)
    {
        if (fold.Contacts > 0)
        {
            await using var command = db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction()).With("rows", fold.Rows());
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
