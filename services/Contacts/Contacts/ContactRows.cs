using System.Data.Common;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.Contacts;

/// <summary>Reads contacts in the same round trip as what belongs to them: see <see cref="SqlReads"/>.</summary>
internal static class ContactRows
{
    private const string Columns =
        "account_id, contact_id, email, phone, given_name, family_name, time_zone, record_state, source, subscribed_time, unsubscribed_time, owner, lead_score, create_time, update_time, version";

    /// <summary>The contacts `@ids`, ascending.</summary>
    public static readonly SqlText Given = new(
        $"SELECT {Columns} FROM contacts WHERE account_id = @account AND contact_id = ANY(@ids) ORDER BY contact_id",
        $"SELECT {Columns} FROM contacts WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids)) ORDER BY contact_id");

    /// <summary>Reads a row.</summary>
    public static Contact Read(DbDataReader row) => new()
    {
        AccountId = row.GetInt64(0),
        ContactId = row.GetInt64(1),
        Email = row.IsDBNull(2) ? null : row.GetString(2),
        Phone = row.IsDBNull(3) ? null : row.GetString(3),
        GivenName = row.GetString(4),
        FamilyName = row.GetString(5),
        TimeZone = row.GetString(6),
        RecordState = (RecordState)row.GetInt16(7),
        Source = row.GetString(8),
        SubscribedTime = row.MaybeUtc(9),
        UnsubscribedTime = row.MaybeUtc(10),
        Owner = row.GetString(11),
        LeadScore = row.GetInt32(12),
        CreateTime = row.Utc(13),
        UpdateTime = row.Utc(14),
        Version = row.GetInt64(15),
    };
}
