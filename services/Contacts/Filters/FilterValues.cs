using System.Globalization;
using System.Text.RegularExpressions;

namespace ContactPlatform.Contacts.Filters;

/// <summary>A span of time that a value names: a moment (begin and end the same) or a whole UTC day.</summary>
/// <param name="Begin">First moment, UTC.</param>
/// <param name="End">First moment behind it; the same as the begin for a single moment.</param>
public readonly record struct FilterSpan(DateTime Begin, DateTime End)
{
    /// <summary>True for a single moment.</summary>
    public bool IsMoment => Begin == End;
}

/// <summary>Reads numbers, dates and times of filters.</summary>
public static partial class FilterValues
{
    /// <summary>What a number may look like.</summary>
    public const string Numbers = "a number such as 12, -3.5 or 0.25, of at most 28 digits";

    /// <summary>What a boolean may look like.</summary>
    public const string Booleans = "true or false";

    /// <summary>What a date may look like.</summary>
    public const string Dates = "a date such as 2026-04-08, or a relative time such as now-30d (s, m, h, d, w; at most 100 years)";

    /// <summary>What a time may look like.</summary>
    public const string Times = "a time such as 2026-04-08T10:30:00Z (at most 6 digits of a second), a date such as 2026-04-08, or a relative time such as now-30d (s, m, h, d, w; at most 100 years)";

    private static readonly TimeSpan Farthest = TimeSpan.FromDays(36_525);

    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK"];

    /// <summary>Reads a number.</summary>
    public static decimal? Number(string text) =>
        NumberForm().IsMatch(text) && text.Count(char.IsAsciiDigit) <= 28 && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Reads a boolean.</summary>
    public static bool? Boolean(string text) => text.ToUpperInvariant() switch { "TRUE" => true, "FALSE" => false, _ => null };

    /// <summary>Reads a day; of a relative time, the UTC day that it falls on.</summary>
    public static DateOnly? Date(string text, DateTime now) => Day(text) ?? (Relative(text, now) is { } time ? DateOnly.FromDateTime(time) : null);

    /// <summary>Reads a moment, or a date as the whole UTC day.</summary>
    public static FilterSpan? Time(string text, DateTime now)
    {
        if (Day(text) is { } day)
        {
            var begin = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
            return new(begin, begin.AddDays(1));
        }
        return (Relative(text, now) ?? Moment(text)) is { } time ? new(time, time) : null;
    }

    /// <summary>A day of the years 1 to 9998: the one behind the last of 9999 cannot be written.</summary>
    private static DateOnly? Day(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year < 9999 ? day : null;

    private static DateTime? Moment(string text)
    {
        // Without the K's blank offset: a time without zone is no moment.
        var upper = text.ToUpperInvariant();
        return MomentForm().IsMatch(upper) && DateTimeOffset.TryParseExact(upper, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time)
            ? time.UtcDateTime : null;
    }

    private static DateTime? Relative(string text, DateTime now)
    {
        if (text == "now")
        {
            return now;
        }
        if (!RelativeForm().IsMatch(text) || !long.TryParse(text.AsSpan(4, text.Length - 5), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return null;
        }
        var unit = text[^1] switch { 's' => 1L, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 604_800 };
        return count > (long)Farthest.TotalSeconds / unit ? null : now.AddSeconds((text[3] == '-' ? -count : count) * unit);
    }

    [GeneratedRegex(@"^-?[0-9]{1,28}(\.[0-9]{1,28})?\z")]
    private static partial Regex NumberForm();

    [GeneratedRegex(@"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex MomentForm();

    [GeneratedRegex(@"^now[+-][0-9]{1,10}[smhdw]\z")]
    private static partial Regex RelativeForm();
}
