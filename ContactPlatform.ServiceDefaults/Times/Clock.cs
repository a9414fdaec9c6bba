namespace ContactPlatform.ServiceDefaults.Times;

/// <summary>Times as they are stored.</summary>
public static class Clock
{
    /// <summary>Now in UTC, in whole microseconds: PostgreSQL keeps no finer, and what is answered must equal what is stored.</summary>
    public static DateTime Now(this TimeProvider time) => Truncate(time.GetUtcNow().UtcDateTime);

    /// <summary>Cuts a time to whole microseconds.</summary>
    public static DateTime Truncate(DateTime time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}
