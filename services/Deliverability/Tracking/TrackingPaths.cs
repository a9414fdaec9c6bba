using ContactPlatform.Deliverability.Tokens;

namespace ContactPlatform.Deliverability.Tracking;

/// <summary>Where tracking is served. Never changed: mails carry these for years.</summary>
public static class TrackingPaths
{
    /// <summary>The picture that tells of an opening.</summary>
    public const string Open = "/t/o/";

    /// <summary>Links.</summary>
    public const string Click = "/t/c/";

    /// <summary>The unsubscription.</summary>
    public const string Unsubscribe = "/t/u/";

    /// <summary>Path of a purpose.</summary>
    public static string Of(TokenPurpose purpose) => purpose switch
    {
        TokenPurpose.Open => Open,
        TokenPurpose.Click => Click,
        TokenPurpose.Unsubscribe => Unsubscribe,
        _ => throw new InvalidOperationException($"{purpose} is nothing on the web"),
    };
}
