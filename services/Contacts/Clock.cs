using System.Globalization;

namespace ContactPlatform.Contacts;

/// <summary>Reads the clock as the database can store it.</summary>
public static class Clock
{
    /// <summary>Now, UTC, in whole microseconds: PostgreSQL's resolution. So what is answered is what will be read back.</summary>
    public static DateTime UtcNow(this TimeProvider time) => Truncate(time.GetUtcNow().UtcDateTime);

    /// <summary>Writes a time for <see cref="Read"/>.</summary>
    public static string Write(DateTime time) => time.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Reads a time as <see cref="Write"/> writes it.</summary>
    public static DateTime Read(string text) => DateTime.ParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>Cuts a time to whole microseconds.</summary>
    public static DateTime Truncate(DateTime time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerMicrosecond), time.Kind);
}
