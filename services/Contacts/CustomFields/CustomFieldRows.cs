using System.Data.Common;
using System.Text.Json;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.CustomFields;

/// <summary>Reads the fields of an account in the same round trip as something else: see <see cref="SqlReads"/>.</summary>
internal static class CustomFieldRows
{
    /// <summary>All of them.</summary>
    public static readonly SqlText All = new(
        "SELECT account_id, custom_field_id, field_key, display_name, type, to_json(choices)::text, create_time, update_time, version FROM custom_fields WHERE account_id = @account",
        "SELECT account_id, custom_field_id, field_key, display_name, type, choices, create_time, update_time, version FROM custom_fields WHERE account_id = @account");

    /// <summary>All of them, unless none of the contacts `@ids` has a value of any.</summary>
    public static readonly SqlText Used = new(
        $"{All.PostgreSql} AND EXISTS (SELECT 1 FROM contact_field_values v WHERE v.account_id = @account AND v.contact_id = ANY(@ids))",
        $"{All.SqlServer} AND EXISTS (SELECT 1 FROM contact_field_values v WHERE v.account_id = @account AND v.contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids)))");

    /// <summary>What the contacts `@ids` have in them: contact, field, and the columns of <see cref="FieldValue.Read"/>.</summary>
    public static readonly SqlText Values = new(
        "SELECT contact_id, custom_field_id, text_value, number_value, date_value, boolean_value FROM contact_field_values WHERE account_id = @account AND contact_id = ANY(@ids)",
        """
        SELECT contact_id, custom_field_id, text_value, number_value, date_value, boolean_value
        FROM contact_field_values WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        """);

    /// <summary>Reads a field.</summary>
    public static CustomField Read(DbDataReader row) => new()
    {
        AccountId = row.GetInt64(0),
        CustomFieldId = row.GetInt64(1),
        FieldKey = row.GetString(2),
        DisplayName = row.GetString(3),
        Type = (CustomFieldType)row.GetInt16(4),
        Choices = JsonSerializer.Deserialize<List<string>>(row.GetString(5))!,
        CreateTime = row.Utc(6),
        UpdateTime = row.Utc(7),
        Version = row.GetInt64(8),
    };
}
