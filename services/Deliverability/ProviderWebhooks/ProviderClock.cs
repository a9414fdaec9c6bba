namespace ContactPlatform.Deliverability.ProviderWebhooks;

/// <summary>How old a signed call may be.</summary>
public static class ProviderClock
{
    /// <summary>Providers try again for as long as this when an endpoint is away: SendGrid for a day, Mailgun for eight hours.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(26);

    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);

    /// <summary>True for a time, in seconds since 1970, at which a call can have been signed.</summary>
    public static bool IsRecent(long seconds, DateTime now) =>
        seconds is > 0 and < 253_402_300_800 && DateTime.UnixEpoch.AddSeconds(seconds) is var time && time <= now + Ahead && time >= now - Kept;
}
