using System.Data.Common;
using System.Text.Json;
using ContactPlatform.Contacts.Changes;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.CustomFields;

/// <summary>
/// Finds and locks custom fields within the transaction that is open. Who writes values shares the fields first, so that
/// none goes, and no choice of it; fields are locked after labels and before contacts: see LabelStore.
/// </summary>
public sealed class CustomFieldStore(ContactsDbContext db, TimelineStore timeline)
{
    /// <summary>Seconds that a statement over all values of a field may take.</summary>
    private const int BulkTimeout = 600;

    /// <summary>Contacts that one change tells of.</summary>
    private const int Told = 10_000;

    private static readonly SqlText Share = new(
        """
        SELECT custom_field_id FROM custom_fields WHERE account_id = @account AND field_key IN (SELECT json_array_elements_text(@keys::json))
        ORDER BY custom_field_id FOR KEY SHARE
        """,
        """
        SELECT custom_field_id FROM custom_fields WITH (REPEATABLEREAD, ROWLOCK)
        WHERE account_id = @account AND field_key IN (SELECT [value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@keys)) ORDER BY custom_field_id
        """);

    private static readonly SqlText Hold = new(
        "SELECT custom_field_id FROM custom_fields WHERE account_id = @account AND custom_field_id = @field FOR UPDATE",
        "SELECT custom_field_id FROM custom_fields WITH (XLOCK, ROWLOCK, HOLDLOCK) WHERE account_id = @account AND custom_field_id = @field");

    /// <summary>Whoever adds a field holds the account's first one, so that two of them cannot both take the last place.</summary>
    private static readonly SqlText HoldFirst = new(
        "SELECT custom_field_id FROM custom_fields WHERE account_id = @account ORDER BY custom_field_id LIMIT 1 FOR NO KEY UPDATE",
        "SELECT TOP (1) custom_field_id FROM custom_fields WITH (UPDLOCK, ROWLOCK) WHERE account_id = @account ORDER BY custom_field_id");

    private static readonly SqlText TouchContacts = new(
        """
        WITH held AS MATERIALIZED (
          SELECT c.contact_id FROM contacts c JOIN contact_field_values v ON v.account_id = c.account_id AND v.contact_id = c.contact_id
          WHERE v.account_id = @account AND v.custom_field_id = @field ORDER BY c.contact_id FOR NO KEY UPDATE OF c)
        UPDATE contacts c SET update_time = @now, version = c.version + 1 FROM held h WHERE c.account_id = @account AND c.contact_id = h.contact_id
        RETURNING c.contact_id
        """,
        """
        UPDATE c SET update_time = @now, version = c.version + 1 OUTPUT inserted.contact_id
        FROM contacts c JOIN contact_field_values v ON v.account_id = c.account_id AND v.contact_id = c.contact_id
        WHERE v.account_id = @account AND v.custom_field_id = @field
        """);

    private static readonly SqlText DeleteValues = new("DELETE FROM contact_field_values WHERE account_id = @account AND custom_field_id = @field");

    private static readonly SqlText DeleteField = new("DELETE FROM custom_fields WHERE account_id = @account AND custom_field_id = @field");

    /// <summary>Keeps fields from going, and their choices from being taken away, until the transaction ends.</summary>
    /// <returns>Those of the keys that the account has, as they are now.</returns>
    public async Task<Dictionary<string, CustomField>> ShareAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            return [];
        }
        await using (var command = Command(Share).With("keys", JsonSerializer.Serialize(keys)))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        return await db.CustomFields.AsNoTracking().Where(f => keys.Contains(f.FieldKey)).ToDictionaryAsync(f => f.FieldKey, cancellationToken);
    }

    /// <summary>Reads a field for a change, and keeps everybody else from it until the transaction ends.</summary>
    /// <exception cref="RefusalException">CUSTOM_FIELD_NOT_FOUND.</exception>
    public async Task<CustomField> HoldAsync(long customFieldId, CancellationToken cancellationToken)
    {
        await using var command = Command(Hold).With("field", customFieldId);
        return await command.ExecuteScalarAsync(cancellationToken) is null
            ? throw new RefusalException(CustomFieldDecisions.NotFound(customFieldId))
            : await db.CustomFields.SingleAsync(f => f.CustomFieldId == customFieldId, cancellationToken);
    }

    /// <summary>Finds out whether there is a place for a new field of this key, and keeps it until the transaction ends.</summary>
    /// <returns>The refusal; null when there is.</returns>
    public async Task<Refusal?> ConflictAsync(string key, CancellationToken cancellationToken)
    {
        await using (var command = Command(HoldFirst))
        {
            await command.ExecuteScalarAsync(cancellationToken);
        }
        var fields = await db.CustomFields.AsNoTracking().Select(f => new { f.CustomFieldId, f.FieldKey }).ToListAsync(cancellationToken);
        return fields.Find(f => f.FieldKey == key) is { } existing ? CustomFieldDecisions.Exists(existing.CustomFieldId)
            : fields.Count >= CustomFieldLimits.Fields ? CustomFieldDecisions.TooMany() : null;
    }

    /// <summary>Finds one of the choices that a contact has, of those that a held field is to lose; null when none has any.</summary>
    public Task<string?> InUseAsync(long customFieldId, IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        keys.Count == 0 ? Task.FromResult<string?>(null)
            : db.ContactFieldValues.Where(v => v.CustomFieldId == customFieldId && keys.Contains(v.TextKey!)).Select(v => v.TextValue).FirstOrDefaultAsync(cancellationToken);

    /// <summary>Deletes a held field with its values, and tells of the contacts that had any.</summary>
    /// <returns>Number of those contacts.</returns>
    public async Task<long> DeleteAsync(long customFieldId, Caller caller, DateTime now, CancellationToken cancellationToken)
    {
        var touched = new List<long>();
        await using (var touch = Bulk(TouchContacts, customFieldId).With("now", now))
        {
            await using var reader = await touch.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                touched.Add(reader.GetInt64(0));
            }
        }
        touched.Sort();
        db.Outbox.AddRange(touched.Chunk(Told).Select(ids => ContactChanges.Updated(caller, now, ids)));
        await db.SaveChangesAsync(cancellationToken);
        await timeline.AddManyAsync(TimelineAct.Of(caller, now, V1.TimelineCause.CustomFieldDelete), [(TimelineEvents.Updated([], [customFieldId]), touched)], cancellationToken);
        await using var values = Bulk(DeleteValues, customFieldId);
        await values.ExecuteNonQueryAsync(cancellationToken);
        await using var field = Bulk(DeleteField, customFieldId);
        await field.ExecuteNonQueryAsync(cancellationToken);
        return touched.Count;
    }

    private DbCommand Bulk(SqlText sql, long customFieldId)
    {
        var command = Command(sql).With("field", customFieldId);
        command.CommandTimeout = BulkTimeout;
        return command;
    }

    private DbCommand Command(SqlText sql) =>
        db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId);
}
