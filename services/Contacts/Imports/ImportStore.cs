using System.Data.Common;
using System.Text.Json;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.ServiceDefaults.Data;
using NpgsqlTypes;

namespace ContactPlatform.Contacts.Imports;

/// <summary>
/// Writes the contacts of a batch in the transaction in which they were found. As everywhere in Contacts, labels are
/// locked first, then contacts, each by ascending id; new contacts are written in the order of their unique keys, the same
/// in every import, so that imports wait for each other rather than deadlock. An import that loses a race for a key hits the unique index; its batch is done again, and then
/// finds the other's contact.
/// </summary>
public static class ImportStore
{
    /// <summary>Whoever erases an address waits for the batches at work, and they for it.</summary>
    private static readonly SqlText Hold = new(
        "SELECT import_id FROM imports WHERE account_id = @account AND import_id = @import FOR NO KEY UPDATE",
        "SELECT import_id FROM imports WITH (UPDLOCK, ROWLOCK) WHERE account_id = @account AND import_id = @import");

    private static readonly SqlText UpdateContacts = new(
        """
        UPDATE contacts AS c
        SET phone = r.phone, given_name = r.given_name, family_name = r.family_name, time_zone = r.time_zone, source = r.source,
            subscribed_time = r.subscribed_time AT TIME ZONE 'UTC', owner = r.owner, update_time = @now, version = c.version + 1,
            unsubscribed_time = CASE WHEN r.unsubscribed THEN COALESCE(c.unsubscribed_time, @now) ELSE c.unsubscribed_time END,
            given_name_key = r.given_name_key, family_name_key = r.family_name_key, source_key = r.source_key
        FROM json_to_recordset(@rows::json) AS r(contact_id bigint, phone text, given_name text, family_name text, time_zone text,
            source text, subscribed_time timestamp, owner text, given_name_key text, family_name_key text, source_key text, unsubscribed boolean)
        WHERE c.account_id = @account AND c.contact_id = r.contact_id
        """,
        """
        UPDATE c
        SET phone = r.phone, given_name = r.given_name, family_name = r.family_name, time_zone = r.time_zone, source = r.source,
            subscribed_time = r.subscribed_time, owner = r.owner, update_time = @now, version = c.version + 1,
            unsubscribed_time = CASE WHEN r.unsubscribed = 1 THEN COALESCE(c.unsubscribed_time, @now) ELSE c.unsubscribed_time END,
            given_name_key = r.given_name_key, family_name_key = r.family_name_key, source_key = r.source_key
        FROM contacts AS c
        JOIN OPENJSON(@rows) WITH (contact_id bigint, phone nvarchar(16), given_name nvarchar(200), family_name nvarchar(200),
            time_zone nvarchar(64), source nvarchar(200), subscribed_time datetime2, owner nvarchar(200),
            given_name_key nvarchar(600), family_name_key nvarchar(600), source_key nvarchar(600), unsubscribed bit) AS r ON r.contact_id = c.contact_id
        WHERE c.account_id = @account
        """);

    private static readonly SqlText TouchContacts = new(
        "UPDATE contacts SET update_time = @now WHERE account_id = @account AND contact_id = ANY(@contacts)",
        "UPDATE contacts SET update_time = @now WHERE account_id = @account AND contact_id IN (SELECT CAST([value] AS bigint) FROM OPENJSON(@contacts))");

    private static readonly SqlText AddMembers = new(
        """
        INSERT INTO label_members (account_id, label_id, contact_id)
        SELECT @account, r.label_id, r.contact_id FROM json_to_recordset(@rows::json) AS r(label_id bigint, contact_id bigint)
        ORDER BY r.label_id, r.contact_id
        ON CONFLICT DO NOTHING
        """,
        """
        INSERT INTO label_members (account_id, label_id, contact_id)
        SELECT @account, r.label_id, r.contact_id FROM OPENJSON(@rows) WITH (label_id bigint, contact_id bigint) AS r
        WHERE NOT EXISTS (SELECT 1 FROM label_members AS m WITH (UPDLOCK, HOLDLOCK)
            WHERE m.account_id = @account AND m.label_id = r.label_id AND m.contact_id = r.contact_id)
        """);

    private static readonly SqlText SetFields = new(
        """
        INSERT INTO contact_field_values (account_id, contact_id, custom_field_id, text_value, text_key, number_value, date_value, boolean_value)
        SELECT @account, r.contact_id, r.custom_field_id, r.text_value, r.text_key, r.number_value, r.date_value, r.boolean_value
        FROM json_to_recordset(@rows::json) AS r(contact_id bigint, custom_field_id bigint, text_value text, text_key text, number_value numeric, date_value date, boolean_value boolean)
        ORDER BY r.contact_id, r.custom_field_id
        ON CONFLICT (account_id, contact_id, custom_field_id) DO UPDATE SET text_value = excluded.text_value, text_key = excluded.text_key,
          number_value = excluded.number_value, date_value = excluded.date_value, boolean_value = excluded.boolean_value
        """,
        """
        SET NOCOUNT ON;
        DECLARE @new TABLE (contact_id bigint, custom_field_id bigint, text_value nvarchar(400), text_key nvarchar(400), number_value decimal(28,10), date_value date, boolean_value bit,
          PRIMARY KEY (contact_id, custom_field_id));
        INSERT INTO @new (contact_id, custom_field_id, text_value, text_key, number_value, date_value, boolean_value)
          SELECT contact_id, custom_field_id, text_value, text_key, number_value, date_value, boolean_value
          FROM OPENJSON(@rows) WITH (contact_id bigint, custom_field_id bigint, text_value nvarchar(400), text_key nvarchar(400), number_value decimal(28,10), date_value date, boolean_value bit);
        UPDATE v SET text_value = n.text_value, text_key = n.text_key, number_value = n.number_value, date_value = n.date_value, boolean_value = n.boolean_value
          FROM contact_field_values v JOIN @new n ON n.contact_id = v.contact_id AND n.custom_field_id = v.custom_field_id WHERE v.account_id = @account;
        INSERT INTO contact_field_values (account_id, contact_id, custom_field_id, text_value, text_key, number_value, date_value, boolean_value)
          SELECT @account, n.contact_id, n.custom_field_id, n.text_value, n.text_key, n.number_value, n.date_value, n.boolean_value FROM @new n
          WHERE NOT EXISTS (SELECT 1 FROM contact_field_values v WITH (UPDLOCK, HOLDLOCK)
            WHERE v.account_id = @account AND v.contact_id = n.contact_id AND v.custom_field_id = n.custom_field_id);
        """);

    private static readonly BulkColumn[] ContactColumns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("contact_id", NpgsqlDbType.Bigint), new("email", NpgsqlDbType.Varchar), new("phone", NpgsqlDbType.Varchar),
        new("given_name", NpgsqlDbType.Varchar), new("family_name", NpgsqlDbType.Varchar), new("time_zone", NpgsqlDbType.Varchar),
        new("record_state", NpgsqlDbType.Smallint), new("source", NpgsqlDbType.Varchar), new("subscribed_time", NpgsqlDbType.TimestampTz),
        new("owner", NpgsqlDbType.Varchar), new("lead_score", NpgsqlDbType.Integer), new("create_time", NpgsqlDbType.TimestampTz),
        new("update_time", NpgsqlDbType.TimestampTz), new("version", NpgsqlDbType.Bigint),
        new("given_name_key", NpgsqlDbType.Varchar), new("family_name_key", NpgsqlDbType.Varchar), new("source_key", NpgsqlDbType.Varchar),
        new("unsubscribed_time", NpgsqlDbType.TimestampTz),
    ];

    private static readonly BulkColumn[] MemberColumns =
        [new("account_id", NpgsqlDbType.Bigint), new("label_id", NpgsqlDbType.Bigint), new("contact_id", NpgsqlDbType.Bigint)];

    private static readonly BulkColumn[] FieldColumns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("contact_id", NpgsqlDbType.Bigint), new("custom_field_id", NpgsqlDbType.Bigint), new("text_value", NpgsqlDbType.Varchar),
        new("text_key", NpgsqlDbType.Varchar), new("number_value", NpgsqlDbType.Numeric), new("date_value", NpgsqlDbType.Date), new("boolean_value", NpgsqlDbType.Boolean),
    ];

    private static readonly BulkColumn[] ErrorColumns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("import_id", NpgsqlDbType.Bigint), new("number", NpgsqlDbType.Bigint), new("line_number", NpgsqlDbType.Bigint),
        new("reason", NpgsqlDbType.Text), new("field", NpgsqlDbType.Text), new("problem", NpgsqlDbType.Text), new("raw", NpgsqlDbType.Text),
    ];

    /// <summary>Holds an import until its batch ends: before labels and contacts, so that an erasure comes before the batch or after it.</summary>
    public static async Task HoldAsync(DbTransaction transaction, long account, long importId, CancellationToken cancellationToken)
    {
        await using var command = transaction.Connection!.Command(Hold, transaction).With("account", account).With("import", importId);
        await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Writes what was decided: new contacts (their ids set before), changed ones, and labels.</summary>
    public static async Task WriteAsync(DbTransaction transaction, long account, ImportOutcome outcome, DateTime now, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        await BulkCopy.WriteAsync(connection, transaction, "contacts", ContactColumns, outcome.Created
            .OrderBy(d => d.Email is null).ThenBy(d => d.Key, StringComparer.Ordinal)
            .Select(d => new object?[]
            {
                account, d.ContactId, d.Email, d.Phone, d.GivenName, d.FamilyName, d.TimeZone, (short)RecordState.Active, d.Source, d.SubscribedTime,
                d.Owner, 0, now, now, 1L, TextKey.Of(d.GivenName), TextKey.Of(d.FamilyName), TextKey.Of(d.Source),
                d.UnsubscribedTime,
            }), cancellationToken);
        await BulkCopy.WriteAsync(connection, transaction, "label_members", MemberColumns, outcome.Created
            .SelectMany(d => d.Gained, (d, label) => (Label: label, Contact: d.ContactId)).Order()
            .Select(m => new object?[] { account, m.Label, m.Contact }), cancellationToken);
        if (outcome.Created.Exists(d => d.Set.Count > 0))
        {
            await BulkCopy.WriteAsync(connection, transaction, "contact_field_values", FieldColumns, outcome.Created.OrderBy(d => d.ContactId)
                .SelectMany(d => d.Set.OrderBy(v => v.FieldId), (d, v) => new object?[]
                {
                    account, d.ContactId, v.FieldId, v.Value.Text, v.Value.Key, v.Value.Number, v.Value.Date?.ToDateTime(TimeOnly.MinValue), v.Value.Boolean,
                }), cancellationToken);
        }

        var changed = outcome.Changed.Where(d => d.DataChanged).ToList();
        if (changed.Count > 0)
        {
            await using var update = connection.Command(UpdateContacts, transaction).With("account", account).With("now", now).With("rows", JsonSerializer.Serialize(changed.Select(d => new
            {
                contact_id = d.ContactId,
                phone = d.Phone,
                given_name = d.GivenName,
                family_name = d.FamilyName,
                time_zone = d.TimeZone,
                source = d.Source,
                subscribed_time = d.SubscribedTime?.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", System.Globalization.CultureInfo.InvariantCulture),
                owner = d.Owner,
                given_name_key = TextKey.Of(d.GivenName),
                family_name_key = TextKey.Of(d.FamilyName),
                source_key = TextKey.Of(d.Source),
                unsubscribed = d.UnsubscribedTime is not null,
            })));
            await update.ExecuteNonQueryAsync(cancellationToken);
        }
        var valued = changed.SelectMany(d => d.Set, (d, v) => new
        {
            contact_id = d.ContactId,
            custom_field_id = v.FieldId,
            text_value = v.Value.Text,
            text_key = v.Value.Key,
            number_value = v.Value.Number,
            date_value = v.Value.Date is { } date ? FieldValue.Write(date) : null,
            boolean_value = v.Value.Boolean,
        }).ToList();
        if (valued.Count > 0)
        {
            await using var fields = connection.Command(SetFields, transaction).With("account", account).With("rows", JsonSerializer.Serialize(valued));
            await fields.ExecuteNonQueryAsync(cancellationToken);
        }
        var labelled = outcome.Changed.Where(d => d.Gained.Count > 0).ToList();
        if (labelled.Count > 0)
        {
            await using var add = connection.Command(AddMembers, transaction).With("account", account)
                .With("rows", JsonSerializer.Serialize(labelled.SelectMany(d => d.Gained, (d, label) => new { label_id = label, contact_id = d.ContactId })));
            await add.ExecuteNonQueryAsync(cancellationToken);
            await using var touch = connection.Command(TouchContacts, transaction).With("account", account).With("now", now)
                .WithIds("contacts", [.. labelled.Where(d => !d.DataChanged).Select(d => d.ContactId)]);
            await touch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Writes the refused rows.</summary>
    public static Task<long> WriteErrorsAsync(DbTransaction transaction, long account, long importId, ImportOutcome outcome, CancellationToken cancellationToken) =>
        outcome.Refused.Count == 0 ? Task.FromResult(0L)
            : BulkCopy.WriteAsync(transaction.Connection!, transaction, "import_errors", ErrorColumns, outcome.Refused.Select(r => new object?[]
            {
                account, importId, r.Line.Number, r.Line.Line, Joined(r.Problems.Select(p => p.Reason)), Joined(r.Problems.Select(p => p.Field).Where(f => f.Length > 0)),
                Joined(r.Problems.Select(p => p.Field.Length > 0 ? $"{p.Field} {p.Text}" : $"the row {p.Text}")), r.Problems[0].Reason == LineReasons.ContactErased ? "" : r.Line.Raw,
            }), cancellationToken);

    private static string Joined(IEnumerable<string> parts) => string.Join("; ", parts.Distinct());
}
