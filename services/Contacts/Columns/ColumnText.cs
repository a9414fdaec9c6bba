using System.Globalization;

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
        // Without trailing zeros.
        decimal number => number.ToString("0.##########", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        // RFC 3339 in UTC, to the microsecond.
        DateTime time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        // Names, with ; between them, which no name contains.
        IReadOnlyList<string> names => string.Join(';', names),
        _ => throw new InvalidOperationException($"cells have no {value.GetType()}"),
    };

    /// <summary>The words of an enumeration, LOYAL_CUSTOMER for LoyalCustomer: as callers and imports write them.</summary>
    public static Dictionary<T, string> Words<T>() where T : struct, Enum =>
        Enum.GetValues<T>().ToDictionary(v => v, v => string.Concat(v.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}")));
}
