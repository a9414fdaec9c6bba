using System.Globalization;

namespace ContactPlatform.Contacts.Exports;

/// <summary>Values as cells write them: as imports read them, whatever the language of the machine.</summary>
public static class ExportText
{
    /// <summary>Writes a number.</summary>
    public static string Of(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes a decimal number without trailing zeros.</summary>
    public static string Of(decimal number) => number.ToString("0.##########", CultureInfo.InvariantCulture);

    /// <summary>Writes a time as RFC 3339 in UTC, to the microsecond; empty when there is none.</summary>
    public static string Of(DateTime? time) => time is { } t ? t.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture) : "";

    /// <summary>Writes a day.</summary>
    public static string Of(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Writes a truth.</summary>
    public static string Of(bool value) => value ? "true" : "false";
}
