namespace ContactPlatform.Contacts;

/// <summary>Reads the clock as the database can store it.</summary>
public static class Clock
{
    /// <summary>Now, UTC, in whole microseconds: PostgreSQL's resolution. So what is answered is what will be read back.</summary>
    public static DateTime UtcNow(this TimeProvider time) => Truncate(time.GetUtcNow().UtcDateTime);

    /// <summary>Cuts a time to whole microseconds.</summary>
    public static DateTime Truncate(DateTime time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerMicrosecond), time.Kind);
}
