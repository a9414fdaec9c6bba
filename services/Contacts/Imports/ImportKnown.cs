using System.Data.Common;
using System.Text.Json;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Finds and locks what a batch's rows name: labels first, then contacts.</summary>
public static class ImportKnown
{
    private const string Fields = "contact_id, email, phone, given_name, family_name, time_zone, source, subscribed_time, owner, version, unsubscribed_time";

    private static readonly SqlText ShareLabels = new(
        "SELECT label_id FROM labels WHERE account_id = @account AND label_id = ANY(@labels) ORDER BY label_id FOR KEY SHARE",
        """
        SELECT label_id FROM labels WITH (REPEATABLEREAD, ROWLOCK)
        WHERE account_id = @account AND label_id IN (SELECT CAST([value] AS bigint) FROM OPENJSON(@labels)) ORDER BY label_id
        """);

    // One look into the unique index per key: a plan that was made while the table was empty, and is kept, must not read the
    // whole account once per batch. LIMIT keeps it so.
    private static readonly SqlText FindByEmail = new(
        """
        SELECT c.contact_id FROM json_array_elements_text(@keys::json) AS k(key)
        CROSS JOIN LATERAL (SELECT contact_id FROM contacts WHERE account_id = @account AND email = k.key LIMIT 1) AS c
        """,
        """
        SELECT contact_id FROM contacts
        WHERE account_id = @account AND email IS NOT NULL AND email IN (SELECT [value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@keys))
        """);

    private static readonly SqlText FindByPhone = new(
        """
        SELECT c.contact_id FROM json_array_elements_text(@keys::json) AS k(key)
        CROSS JOIN LATERAL (SELECT contact_id FROM contacts WHERE account_id = @account AND email IS NULL AND phone = k.key LIMIT 1) AS c
        """,
        """
        SELECT contact_id FROM contacts
        WHERE account_id = @account AND email IS NULL AND phone IS NOT NULL AND phone IN (SELECT [value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@keys))
        """);

    private static readonly SqlText LockContacts = new(
        $"""
        SELECT {Fields} FROM contacts
        WHERE account_id = @account AND contact_id = ANY(@contacts) ORDER BY contact_id FOR NO KEY UPDATE
        """,
        $"""
        SELECT {Fields} FROM contacts WITH (UPDLOCK, ROWLOCK)
        WHERE account_id = @account AND contact_id IN (SELECT CAST([value] AS bigint) FROM OPENJSON(@contacts)) ORDER BY contact_id
        """);

    private static readonly SqlText FindLabels = new(
        """
        SELECT contact_id, label_id FROM label_members
        WHERE account_id = @account AND contact_id = ANY(@contacts) AND label_id = ANY(@labels)
        """,
        """
        SELECT contact_id, label_id FROM label_members
        WHERE account_id = @account AND contact_id IN (SELECT CAST([value] AS bigint) FROM OPENJSON(@contacts))
          AND label_id IN (SELECT CAST([value] AS bigint) FROM OPENJSON(@labels))
        """);

    private static readonly SqlText FindFields = new(
        """
        SELECT v.contact_id, v.custom_field_id, v.text_value, v.number_value, v.date_value, v.boolean_value FROM unnest(@contacts) AS k(id)
        CROSS JOIN LATERAL (SELECT contact_id, custom_field_id, text_value, number_value, date_value, boolean_value FROM contact_field_values
          WHERE account_id = @account AND contact_id = k.id AND custom_field_id = ANY(@fields) LIMIT 100) AS v
        """,
        """
        SELECT contact_id, custom_field_id, text_value, number_value, date_value, boolean_value FROM contact_field_values
        WHERE account_id = @account AND contact_id IN (SELECT CAST([value] AS bigint) FROM OPENJSON(@contacts))
          AND custom_field_id IN (SELECT CAST([value] AS bigint) FROM OPENJSON(@fields))
        """);

    /// <summary>Keeps labels from going until the transaction ends.</summary>
    /// <returns>Those that are there.</returns>
    public static async Task<HashSet<long>> ShareLabelsAsync(DbTransaction transaction, long account, IReadOnlyCollection<long> labels, CancellationToken cancellationToken)
    {
        var there = new HashSet<long>(labels.Count);
        if (labels.Count > 0)
        {
            await using var command = transaction.Connection!.Command(ShareLabels, transaction).With("account", account).WithIds("labels", labels);
            there.UnionWith(await IdsAsync(command, cancellationToken));
        }
        return there;
    }

    /// <summary>Reads the contacts that rows name, by key, with those of the given labels that they carry and what they have in the given custom fields, and locks them.</summary>
    public static async Task<Dictionary<string, ImportDraft>> FindAsync(DbTransaction transaction, long account, IReadOnlyList<ImportLine> lines, IReadOnlyCollection<long> labels, IReadOnlyCollection<long> fields, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var good = lines.Where(l => l.Problems.Count == 0).ToList();
        var ids = await IdsOfAsync(FindByEmail, good.Where(l => l.Email.Length > 0).Select(l => l.Email));
        ids.AddRange(await IdsOfAsync(FindByPhone, good.Where(l => l.Email.Length == 0).Select(l => l.Phone)));
        var found = new Dictionary<string, ImportDraft>(lines.Count);
        if (ids.Count == 0)
        {
            return found;
        }

        // Between the two statements a contact may have got another key. It is then left out: if its old key is still
        // taken, writing it fails on the unique index, and the batch is done again.
        var byId = new Dictionary<long, ImportDraft>(ids.Count);
        await using (var command = connection.Command(LockContacts, transaction).With("account", account).WithIds("contacts", ids))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var draft = Read(reader);
                found[draft.Key] = draft;
                byId.Add(draft.ContactId, draft);
            }
        }
        if (labels.Count > 0)
        {
            await using var command = connection.Command(FindLabels, transaction).With("account", account).WithIds("contacts", byId.Keys).WithIds("labels", labels);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                byId[reader.GetInt64(0)].Carries(reader.GetInt64(1));
            }
        }
        if (fields.Count > 0)
        {
            await using var command = connection.Command(FindFields, transaction).With("account", account).WithIds("contacts", byId.Keys).WithIds("fields", fields);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                byId[reader.GetInt64(0)].Has(reader.GetInt64(1), FieldValue.Read(reader, 2));
            }
        }
        return found;

        async Task<List<long>> IdsOfAsync(SqlText sql, IEnumerable<string> keys)
        {
            // In their order, which is the index's.
            var sorted = keys.Distinct().Order(StringComparer.Ordinal).ToList();
            if (sorted.Count == 0)
            {
                return [];
            }
            await using var command = connection.Command(sql, transaction).With("account", account).With("keys", JsonSerializer.Serialize(sorted));
            return await IdsAsync(command, cancellationToken);
        }
    }

    private static async Task<List<long>> IdsAsync(DbCommand command, CancellationToken cancellationToken)
    {
        var ids = new List<long>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
        }
        return ids;
    }

    private static ImportDraft Read(DbDataReader reader) => new()
    {
        ContactId = reader.GetInt64(0),
        Email = reader.IsDBNull(1) ? null : reader.GetString(1),
        Phone = reader.IsDBNull(2) ? null : reader.GetString(2),
        GivenName = reader.GetString(3),
        FamilyName = reader.GetString(4),
        TimeZone = reader.GetString(5),
        Source = reader.GetString(6),
        SubscribedTime = reader.MaybeUtc(7),
        Owner = reader.GetString(8),
        Version = reader.GetInt64(9),
        UnsubscribedTime = reader.MaybeUtc(10),
    };
}
