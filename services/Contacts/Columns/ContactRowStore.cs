using System.Data.Common;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.SequencesProjection;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using RecordState = ContactPlatform.Contacts.Contacts.RecordState;

namespace ContactPlatform.Contacts.Columns;

/// <summary>Reads what columns say of a few hundred contacts, one statement for each part that a column asks for.</summary>
public sealed class ContactRowStore(ContactsDbContext db)
{
    private static readonly SqlText Contacts = new(
        """
        SELECT contact_id, email, phone, given_name, family_name, time_zone, record_state, source, subscribed_time, owner, lead_score, create_time, update_time, unsubscribed_time
        FROM contacts WHERE account_id = @account AND contact_id = ANY(@ids) ORDER BY contact_id
        """,
        """
        SELECT contact_id, email, phone, given_name, family_name, time_zone, record_state, source, subscribed_time, owner, lead_score, create_time, update_time, unsubscribed_time
        FROM contacts WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids)) ORDER BY contact_id
        """);

    private static readonly SqlText Labels = new(
        "SELECT contact_id, label_id FROM label_members WHERE account_id = @account AND contact_id = ANY(@ids) ORDER BY contact_id, label_id",
        "SELECT contact_id, label_id FROM label_members WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids)) ORDER BY contact_id, label_id");

    private static readonly SqlText Lists = new(
        """
        SELECT m.contact_id, l.display_name FROM contact_list_members m JOIN contact_lists l ON l.account_id = m.account_id AND l.contact_list_id = m.contact_list_id
        WHERE m.account_id = @account AND m.contact_id = ANY(@ids) ORDER BY m.contact_id, m.contact_list_id
        """,
        """
        SELECT m.contact_id, l.display_name FROM contact_list_members m JOIN contact_lists l ON l.account_id = m.account_id AND l.contact_list_id = m.contact_list_id
        WHERE m.account_id = @account AND m.contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids)) ORDER BY m.contact_id, m.contact_list_id
        """);

    private static readonly SqlText Stages = new(
        "SELECT contact_id, stage, lost, change_time FROM contact_stages WHERE account_id = @account AND contact_id = ANY(@ids)",
        "SELECT contact_id, stage, lost, change_time FROM contact_stages WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))");

    private static readonly SqlText Mail = new(
        "SELECT contact_id, status, last_send_time, last_open_time, last_click_time FROM contact_deliverability WHERE account_id = @account AND contact_id = ANY(@ids)",
        """
        SELECT contact_id, status, last_send_time, last_open_time, last_click_time
        FROM contact_deliverability WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        """);

    private static readonly SqlText Outreach = new(
        "SELECT contact_id, engagement, engagement_time, first_working_time, opted_out, call_status FROM contact_outreach WHERE account_id = @account AND contact_id = ANY(@ids)",
        """
        SELECT contact_id, engagement, engagement_time, first_working_time, opted_out, call_status
        FROM contact_outreach WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        """);

    private static readonly SqlText InSequences = new(
        "SELECT contact_id, sequence_id FROM contact_enrollments WHERE account_id = @account AND contact_id = ANY(@ids) AND words <> 0 ORDER BY contact_id, sequence_id",
        """
        SELECT contact_id, sequence_id FROM contact_enrollments
        WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids)) AND words <> 0 ORDER BY contact_id, sequence_id
        """);

    private static readonly SqlText Fields = new(
        "SELECT contact_id, custom_field_id, text_value, number_value, date_value, boolean_value FROM contact_field_values WHERE account_id = @account AND contact_id = ANY(@ids)",
        """
        SELECT contact_id, custom_field_id, text_value, number_value, date_value, boolean_value
        FROM contact_field_values WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        """);

    /// <summary>Names of the funnel's stages, by their numbers.</summary>
    private static readonly Dictionary<short, string> StageNames = Names<FunnelStage>();
    private static readonly Dictionary<short, string> StateNames = Names<RecordState>();

    /// <summary>Reads the names of the account's labels by their ids, where they are needed.</summary>
    public async Task<Dictionary<long, string>> LabelsAsync(ContactParts parts, CancellationToken cancellationToken) => !parts.HasFlag(ContactParts.Labels) ? []
        : await db.Labels.Select(l => new { l.LabelId, l.DisplayName }).ToDictionaryAsync(l => l.LabelId, l => l.DisplayName, cancellationToken);

    /// <summary>Reads contacts, ascending by id; those that are gone are left out.</summary>
    /// <param name="transaction">Where all parts are read, so that they fit together.</param>
    /// <param name="ids">The contacts.</param>
    /// <param name="parts">What else to read of them.</param>
    /// <param name="labels">The account's labels by their ids.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<ContactRow>> ReadAsync(IDbContextTransaction transaction, IReadOnlyCollection<long> ids, ContactParts parts, IReadOnlyDictionary<long, string> labels, CancellationToken cancellationToken)
    {
        var rows = new List<ContactRow>(ids.Count);
        await ForEachAsync(Contacts, reader => rows.Add(Row(reader)));
        var byId = rows.ToDictionary(r => r.ContactId);
        if (parts.HasFlag(ContactParts.Labels))
        {
            await ForEachAsync(Labels, reader =>
            {
                if (labels.TryGetValue(reader.GetInt64(1), out var name))
                {
                    (byId[reader.GetInt64(0)].Labels ??= []).Add(name);
                }
            });
        }
        if (parts.HasFlag(ContactParts.Lists))
        {
            await ForEachAsync(Lists, reader => (byId[reader.GetInt64(0)].Lists ??= []).Add(reader.GetString(1)));
        }
        if (parts.HasFlag(ContactParts.Stage))
        {
            await ForEachAsync(Stages, reader =>
            {
                var row = byId[reader.GetInt64(0)];
                (row.Stage, row.Lost, row.StageChangeTime) = (reader.IsDBNull(1) ? "" : StageNames[reader.GetInt16(1)], reader.GetBoolean(2), Utc(reader, 3));
            });
        }
        if (parts.HasFlag(ContactParts.Deliverability))
        {
            await ForEachAsync(Mail, reader =>
            {
                var row = byId[reader.GetInt64(0)];
                row.Deliverability = (DeliverabilityStatus)reader.GetInt16(1);
                (row.LastSendTime, row.LastOpenTime, row.LastClickTime) = (MaybeUtc(reader, 2), MaybeUtc(reader, 3), MaybeUtc(reader, 4));
            });
        }
        if (parts.HasFlag(ContactParts.Outreach))
        {
            await ForEachAsync(Outreach, reader =>
            {
                var row = byId[reader.GetInt64(0)];
                (row.Engagement, row.EngagementTime, row.FirstWorkingTime) = (SequenceWords.Engagement[reader.GetInt16(1) - 1], MaybeUtc(reader, 2), MaybeUtc(reader, 3));
                (row.OptedOut, row.CallStatus) = (reader.GetBoolean(4), reader.IsDBNull(5) ? "" : SequenceWords.Call[reader.GetInt16(5) - 1]);
            });
        }
        if (parts.HasFlag(ContactParts.Sequences))
        {
            await ForEachAsync(InSequences, reader => (byId[reader.GetInt64(0)].Sequences ??= []).Add(reader.GetInt64(1).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }
        if (parts.HasFlag(ContactParts.Fields))
        {
            await ForEachAsync(Fields, reader => byId[reader.GetInt64(0)].Fields[reader.GetInt64(1)] = Value(reader));
        }
        return rows;

        async Task ForEachAsync(SqlText sql, Action<DbDataReader> read)
        {
            await using var command = db.Database.GetDbConnection().Command(sql, transaction.GetDbTransaction()).With("account", db.AccountId).WithIds("ids", ids);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                read(reader);
            }
        }
    }

    private static ContactRow Row(DbDataReader reader) => new()
    {
        ContactId = reader.GetInt64(0),
        Email = Text(reader, 1),
        Phone = Text(reader, 2),
        GivenName = reader.GetString(3),
        FamilyName = reader.GetString(4),
        TimeZone = reader.GetString(5),
        RecordState = StateNames[reader.GetInt16(6)],
        Source = reader.GetString(7),
        SubscribedTime = reader.IsDBNull(8) ? null : Utc(reader, 8),
        Owner = reader.GetString(9),
        LeadScore = reader.GetInt32(10),
        CreateTime = Utc(reader, 11),
        UpdateTime = Utc(reader, 12),
        UnsubscribedTime = reader.IsDBNull(13) ? null : Utc(reader, 13),
    };

    private static string Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? "" : reader.GetString(column);

    /// <summary>SQL Server returns times without a kind.</summary>
    private static DateTime Utc(DbDataReader reader, int column) => DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc);

    private static DateTime? MaybeUtc(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : Utc(reader, column);

    private static object Value(DbDataReader reader) =>
        !reader.IsDBNull(2) ? reader.GetString(2)
        : !reader.IsDBNull(3) ? reader.GetDecimal(3)
        : !reader.IsDBNull(4) ? DateOnly.FromDateTime(reader.GetDateTime(4))
        : reader.GetBoolean(5);

    /// <summary>LOYAL_CUSTOMER for LoyalCustomer: as callers and imports write them.</summary>
    private static Dictionary<short, string> Names<T>() where T : struct, Enum => Enum.GetValues<T>().ToDictionary(
        v => Convert.ToInt16(v, System.Globalization.CultureInfo.InvariantCulture),
        v => string.Concat(v.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}")));
}
