using System.Data.Common;
using System.Globalization;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.SequencesProjection;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.Columns;

/// <summary>Reads what columns say of a few hundred contacts, one statement for each part that a column asks for, all in one round trip.</summary>
public sealed class ContactRowStore(ContactsDbContext db)
{
    private static readonly SqlText Labels = new(
        """
        SELECT m.contact_id, l.display_name FROM label_members m JOIN labels l ON l.account_id = m.account_id AND l.label_id = m.label_id
        WHERE m.account_id = @account AND m.contact_id = ANY(@ids) ORDER BY m.contact_id, m.label_id
        """,
        """
        SELECT m.contact_id, l.display_name FROM label_members m JOIN labels l ON l.account_id = m.account_id AND l.label_id = m.label_id
        WHERE m.account_id = @account AND m.contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids)) ORDER BY m.contact_id, m.label_id
        """);

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

    private static readonly object True = true;
    private static readonly object False = false;
    private static readonly Dictionary<FunnelStage, string> StageWords = ColumnText.Words<FunnelStage>();

    /// <summary>Reads contacts, ascending by id, in one round trip; those that are gone are left out.</summary>
    /// <param name="ids">The contacts. A snapshot is open, so that all parts fit together.</param>
    /// <param name="parts">What else to read of them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<ContactRow>> ReadAsync(IReadOnlyCollection<long> ids, ContactParts parts, CancellationToken cancellationToken)
    {
        var (rows, byId) = (new List<ContactRow>(ids.Count), new Dictionary<long, ContactRow>(ids.Count));
        List<SqlRead> reads = [new(ContactRows.Given, AddContact)];
        Add(ContactParts.Labels, Labels, (row, to) => (to.Labels ??= []).Add(row.GetString(1)));
        Add(ContactParts.Lists, Lists, (row, to) => (to.Lists ??= []).Add(row.GetString(1)));
        Add(ContactParts.Stage, Stages, (row, to) =>
            (to.Stage, to.Lost, to.StageChangeTime) = (row.IsDBNull(1) ? "" : StageWords[(FunnelStage)row.GetInt16(1)], row.GetBoolean(2), row.Utc(3)));
        Add(ContactParts.Deliverability, Mail, (row, to) =>
            (to.Deliverability, to.LastSendTime, to.LastOpenTime, to.LastClickTime) = ((DeliverabilityStatus)row.GetInt16(1), row.MaybeUtc(2), row.MaybeUtc(3), row.MaybeUtc(4)));
        Add(ContactParts.Outreach, Outreach, (row, to) =>
        {
            (to.Engagement, to.EngagementTime, to.FirstWorkingTime) = (SequenceWords.Engagement[row.GetInt16(1) - 1], row.MaybeUtc(2), row.MaybeUtc(3));
            (to.OptedOut, to.CallStatus) = (row.GetBoolean(4), row.IsDBNull(5) ? "" : SequenceWords.Call[row.GetInt16(5) - 1]);
        });
        Add(ContactParts.Sequences, InSequences, (row, to) => (to.Sequences ??= []).Add(row.GetInt64(1).ToString(CultureInfo.InvariantCulture)));
        Add(ContactParts.Fields, CustomFieldRows.Values, (row, to) => to.Fields[row.GetInt64(1)] = Value(row));
        await db.ReadAsync(reads, command => command.WithIds("ids", ids), cancellationToken);
        return rows;

        void AddContact(DbDataReader row)
        {
            var to = new ContactRow { Contact = ContactRows.Read(row) };
            rows.Add(to);
            byId.Add(to.Contact.ContactId, to);
        }

        void Add(ContactParts part, SqlText sql, Action<DbDataReader, ContactRow> read)
        {
            if (parts.HasFlag(part))
            {
                reads.Add(new(sql, row => read(row, byId[row.GetInt64(0)])));
            }
        }
    }

    private static object Value(DbDataReader row) =>
        !row.IsDBNull(2) ? row.GetString(2)
        : !row.IsDBNull(3) ? row.GetDecimal(3)
        : !row.IsDBNull(4) ? DateOnly.FromDateTime(row.GetDateTime(4))
        : row.GetBoolean(5) ? True : False;
}
