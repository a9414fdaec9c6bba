namespace ContactPlatform.Funnel;

/// <summary>Times as they are stored.</summary>
public static class Clock
{
    /// <summary>Now in UTC, in whole microseconds: PostgreSQL keeps no finer, and what is answered must equal what is stored.</summary>
    public static DateTime Now(this TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
