namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>Limits of events, in characters where nothing else is said.</summary>
public static class EventLimits
{
    /// <summary>A source's name.</summary>
    public const int Source = 60;

    /// <summary>An event's key.</summary>
    public const int Key = 200;

    /// <summary>A Message-ID.</summary>
    public const int Reference = ContactPlatform.ServiceDefaults.Mime.MailIds.MaximumLength;

    /// <summary>An enhanced status code.</summary>
    public const int Status = Classifications.EnhancedCode.MaximumLength;

    /// <summary>An address of an envelope (RFC 5321 4.5.3.1: 64 and 255, and the @).</summary>
    public const int Envelope = 320;

    /// <summary>A diagnostic.</summary>
    public const int Diagnostic = Classifications.Classifier.MaximumLength;

    /// <summary>A host's name.</summary>
    public const int RemoteHost = 255;

    /// <summary>Events in one message of a stream, or in one call of a webhook.</summary>
    public const int Batch = 5000;

    /// <summary>How far an event's time may lie ahead of ours: clocks differ, and a time far ahead would never be overtaken.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);

    /// <summary>Before this there was no event that anybody could tell.</summary>
    public static readonly DateTime Earliest = new(1990, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Null when a time can be an event's; else what is wrong with it.</summary>
    public static string? Problem(DateTime time, DateTime now) =>
        time < Earliest ? "is before 1990" : time > now + Ahead ? "is more than 5 minutes ahead of the service's clock" : null;
}
