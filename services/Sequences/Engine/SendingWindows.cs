using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Engine;

/// <summary>
/// When a sequence's steps may be done, in the wall-clock time of its zone. Pure. Wall-clock times that a change of the clocks leaves
/// out are the moment after the gap, those that it doubles are the first of both; so a window that lies in a gap is shut that day.
/// </summary>
public static class SendingWindows
{
    /// <summary>Days within which every window opens: a week, and the same weekday once more where a change of the clocks swallows the first.</summary>
    private const int Days = 15;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>The present opening of a window, or the next: from its beginning until just before its end.</summary>
    /// <param name="window">The window; null is always open.</param>
    /// <param name="now">The time, UTC.</param>
    public static (DateTime Open, DateTime Close) Next(SendingWindow? window, DateTime now)
    {
        if (window is null)
        {
            return (DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc), DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc));
        }
        var zone = TimeZoneInfo.FindSystemTimeZoneById(window.TimeZone);
        // Yesterday's can last until today where the clocks are put back at midnight.
        var first = LocalDay(zone, now).AddDays(-1);
        return Enumerable.Range(0, Days).Select(first.AddDays).Where(d => window.Weekdays.Contains(d.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)d.DayOfWeek))
            .Select(d => (Open: Utc(zone, d.ToDateTime(TimeOnly.MinValue).AddMinutes(window.StartMinute)), Close: Utc(zone, d.ToDateTime(TimeOnly.MinValue).AddMinutes(window.EndMinute))))
            .First(o => o.Open < o.Close && now < o.Close);
    }

    /// <summary>The calendar day of a zone that a moment belongs to.</summary>
    /// <param name="window">The window that names the zone; null for UTC.</param>
    /// <param name="now">The time, UTC.</param>
    public static (DateTime Begin, DateTime End) Day(SendingWindow? window, DateTime now)
    {
        var zone = window is null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(window.TimeZone);
        var day = LocalDay(zone, now);
        return (Utc(zone, day.ToDateTime(TimeOnly.MinValue)), Utc(zone, day.AddDays(1).ToDateTime(TimeOnly.MinValue)));
    }

    /// <summary>Reads a wall-clock time.</summary>
    /// <param name="zone">Where the clock hangs.</param>
    /// <param name="local">What it shows, in whole minutes.</param>
    public static DateTime Utc(TimeZoneInfo zone, DateTime local)
    {
        while (zone.IsInvalidTime(local))
        {
            local += Minute;
        }
        // Of a doubled time the first is the one that is further ahead of UTC.
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return DateTime.SpecifyKind(local - offset, DateTimeKind.Utc);
    }

    private static DateOnly LocalDay(TimeZoneInfo zone, DateTime now) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(now, zone));
}
