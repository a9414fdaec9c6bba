using System.Data.Common;
using System.Globalization;
using System.Text.Json.Serialization;

namespace ContactPlatform.Contacts.CustomFields;

/// <summary>A value of a custom field in normal form; exactly one part is set, by the field's type.</summary>
/// <param name="Text">Text or choice.</param>
/// <param name="Number">Number.</param>
/// <param name="Date">Day.</param>
/// <param name="Boolean">True or false.</param>
public sealed record FieldValue(string? Text = null, decimal? Number = null, DateOnly? Date = null, bool? Boolean = null)
{
    /// <summary>A value as stored.</summary>
    public static FieldValue Of(ContactFieldValue row) => new(row.TextValue, row.NumberValue, row.DateValue, row.BooleanValue);

    /// <summary>Reads the columns text_value, number_value, date_value and boolean_value, which follow each other.</summary>
    public static FieldValue Read(DbDataReader row, int column) => new(
        row.IsDBNull(column) ? null : row.GetString(column),
        row.IsDBNull(column + 1) ? null : row.GetDecimal(column + 1),
        row.IsDBNull(column + 2) ? null : DateOnly.FromDateTime(row.GetDateTime(column + 2)),
        row.IsDBNull(column + 3) ? null : row.GetBoolean(column + 3));

    /// <summary>Puts the value into a row, with its key.</summary>
    public void CopyTo(ContactFieldValue row) =>
        (row.TextValue, row.TextKey, row.NumberValue, row.DateValue, row.BooleanValue) = (Text, Key, Number, Date, Boolean);

    /// <summary>The text as it is compared; null where there is none.</summary>
    [JsonIgnore]
    public string? Key => Text is null ? null : TextKey.Of(Text);

    /// <summary>Writes a number without superfluous zeros. A pattern of one's own takes several times as long, and files have millions.</summary>
    public static string Write(decimal number)
    {
        Span<char> text = stackalloc char[32];
        number.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        var written = text[..length];
        return (written.Contains('.') ? written.TrimEnd('0').TrimEnd('.') : written).ToString();
    }

    /// <summary>Writes a day.</summary>
    public static string Write(DateOnly date) => date.ToString("O", CultureInfo.InvariantCulture);
}
