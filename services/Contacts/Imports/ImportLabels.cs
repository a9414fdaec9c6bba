using System.Text.Json;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Imports;

/// <summary>The labels that the rows of an import name: found, or made.</summary>
public static class ImportLabels
{
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
}
