using System.Data.Common;
using System.Text.Json;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.ServiceDefaults.Data;
using NpgsqlTypes;

namespace ContactPlatform.Contacts.Imports;

/// <summary>
/// Finds and writes the contacts of a batch in one transaction. As everywhere in Contacts, labels are locked first, then
/// contacts, each by ascending id; new contacts are written in the order of their unique keys, the same in every import, so that imports wait for each other
/// rather than deadlock. An import that loses a race for a key hits the unique index; its batch is done again, and then
/// finds the other's contact.
/// </summary>
public static class ImportStore
{
    private const string Fields = "contact_id, email, phone, given_name, family_name, time_zone, source, subscribed_time, owner";

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

    private static readonly SqlText UpdateContacts = new(
        """
        UPDATE contacts AS c
        SET phone = r.phone, given_name = r.given_name, family_name = r.family_name, time_zone = r.time_zone, source = r.source,
            subscribed_time = r.subscribed_time AT TIME ZONE 'UTC', owner = r.owner, update_time = @now, version = c.version + 1
        FROM json_to_recordset(@rows::json) AS r(contact_id bigint, phone text, given_name text, family_name text, time_zone text,
            source text, subscribed_time timestamp, owner text)
        WHERE c.account_id = @account AND c.contact_id = r.contact_id
        """,
        """
        UPDATE c
        SET phone = r.phone, given_name = r.given_name, family_name = r.family_name, time_zone = r.time_zone, source = r.source,
            subscribed_time = r.subscribed_time, owner = r.owner, update_time = @now, version = c.version + 1
        FROM contacts AS c
        JOIN OPENJSON(@rows) WITH (contact_id bigint, phone nvarchar(16), given_name nvarchar(200), family_name nvarchar(200),
            time_zone nvarchar(64), source nvarchar(200), subscribed_time datetime2, owner nvarchar(200)) AS r ON r.contact_id = c.contact_id
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

    private static readonly BulkColumn[] ContactColumns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("contact_id", NpgsqlDbType.Bigint), new("email", NpgsqlDbType.Varchar), new("phone", NpgsqlDbType.Varchar),
        new("given_name", NpgsqlDbType.Varchar), new("family_name", NpgsqlDbType.Varchar), new("time_zone", NpgsqlDbType.Varchar),
        new("record_state", NpgsqlDbType.Smallint), new("source", NpgsqlDbType.Varchar), new("subscribed_time", NpgsqlDbType.TimestampTz),
        new("owner", NpgsqlDbType.Varchar), new("lead_score", NpgsqlDbType.Integer), new("create_time", NpgsqlDbType.TimestampTz),
        new("update_time", NpgsqlDbType.TimestampTz), new("version", NpgsqlDbType.Bigint),
    ];

    private static readonly BulkColumn[] MemberColumns =
        [new("account_id", NpgsqlDbType.Bigint), new("label_id", NpgsqlDbType.Bigint), new("contact_id", NpgsqlDbType.Bigint)];

    private static readonly BulkColumn[] ErrorColumns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("import_id", NpgsqlDbType.Bigint), new("number", NpgsqlDbType.Bigint), new("line_number", NpgsqlDbType.Bigint),
        new("reason", NpgsqlDbType.Text), new("field", NpgsqlDbType.Text), new("problem", NpgsqlDbType.Text), new("raw", NpgsqlDbType.Text),
    ];

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

    /// <summary>Reads the contacts that rows name, by key, with those of the given labels that they carry, and locks them.</summary>
    public static async Task<Dictionary<string, ImportDraft>> FindAsync(DbTransaction transaction, long account, IReadOnlyList<ImportLine> lines, IReadOnlyCollection<long> labels, CancellationToken cancellationToken)
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

    /// <summary>Writes what was decided: new contacts (their ids set before), changed ones, and labels.</summary>
    public static async Task WriteAsync(DbTransaction transaction, long account, ImportOutcome outcome, DateTime now, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        await BulkCopy.WriteAsync(connection, transaction, "contacts", ContactColumns, outcome.Created
            .OrderBy(d => d.Email is null).ThenBy(d => d.Key, StringComparer.Ordinal)
            .Select(d => new object?[]
            {
                account, d.ContactId, d.Email, d.Phone, d.GivenName, d.FamilyName, d.TimeZone, (short)RecordState.Active, d.Source, d.SubscribedTime,
                d.Owner, 0, now, now, 1L,
            }), cancellationToken);
        await BulkCopy.WriteAsync(connection, transaction, "label_members", MemberColumns, outcome.Created
            .SelectMany(d => d.Gained, (d, label) => (Label: label, Contact: d.ContactId)).Order()
            .Select(m => new object?[] { account, m.Label, m.Contact }), cancellationToken);

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
            })));
            await update.ExecuteNonQueryAsync(cancellationToken);
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
                Joined(r.Problems.Select(p => p.Field.Length > 0 ? $"{p.Field} {p.Text}" : $"the row {p.Text}")), r.Line.Raw,
            }), cancellationToken);

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

    private static string Joined(IEnumerable<string> parts) => string.Join("; ", parts.Distinct());

    private static ImportDraft Read(DbDataReader reader) => new()
    {
        ContactId = reader.GetInt64(0),
        Email = reader.IsDBNull(1) ? null : reader.GetString(1),
        Phone = reader.IsDBNull(2) ? null : reader.GetString(2),
        GivenName = reader.GetString(3),
        FamilyName = reader.GetString(4),
        TimeZone = reader.GetString(5),
        Source = reader.GetString(6),
        SubscribedTime = reader.IsDBNull(7) ? null : DateTime.SpecifyKind(reader.GetDateTime(7), DateTimeKind.Utc),
        Owner = reader.GetString(8),
    };
}
