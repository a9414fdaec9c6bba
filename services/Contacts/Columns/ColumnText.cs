using System.Globalization;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.ServiceDefaults.Requests;

namespace ContactPlatform.Contacts.Columns;

/// <summary>Values as cells of a file write them: as imports read them, whatever the language of the machine.</summary>
public static class ColumnText
{
    /// <summary>Writes a value of any of the types that cells have; empty for none.</summary>
    public static string Of(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        int number => number.ToString(CultureInfo.InvariantCulture),
        long number => number.ToString(CultureInfo.InvariantCulture),
        decimal number => FieldValue.Write(number),
        DateOnly day => FieldValue.Write(day),
        DateTime time => Of(time),
        // Names, with ; between them, which no name contains.
        IReadOnlyList<string> names => string.Join(';', names),
        _ => throw new InvalidOperationException($"cells have no {value.GetType()}"),
    };

    /// <summary>RFC 3339 in UTC, to the microsecond, without trailing zeros. A pattern of one's own takes several times as long, and files have millions.</summary>
    private static string Of(DateTime time)
    {
        Span<char> text = stackalloc char[33];
        // 2026-04-01T08:30:00.1234567Z.
        time.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        return string.Concat(text[..26].TrimEnd('0').TrimEnd('.'), "Z");
    }

    /// <summary>The words of an enumeration, LOYAL_CUSTOMER for LoyalCustomer: as callers and imports write them.</summary>
    public static Dictionary<T, string> Words<T>() where T : struct, Enum =>
        Enum.GetValues<T>().ToDictionary(v => v, v => EnumWord.Of(v));
}
