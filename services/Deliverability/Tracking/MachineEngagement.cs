namespace ContactPlatform.Deliverability.Tracking;

/// <summary>What is known of a request for a picture or a link.</summary>
/// <param name="Method">GET or HEAD.</param>
/// <param name="UserAgent">What the caller calls itself; may be empty.</param>
/// <param name="Prefetch">The caller says that nobody asked for it yet (`Purpose`, `Sec-Purpose`, `X-Purpose`, `X-Moz`).</param>
/// <param name="SinceSent">Time since the mail was handed over; null while that is not known.</param>
/// <param name="IsClick">True for a link.</param>
public readonly record struct TrackingRequest(string Method, string UserAgent, bool Prefetch, TimeSpan? SinceSent, bool IsClick);

/// <summary>
/// Tells machines from people: scanners open every mail and follow every link before anybody reads it. The first rule that
/// holds decides; what none recognises is a person. Machines are stored apart, and every link leads on for everybody.
/// </summary>
public static class MachineEngagement
{
    /// <summary>A rule, by the name under which README and contract explain it.</summary>
    public sealed record Rule(string Name, Func<TrackingRequest, bool> Holds);

    /// <summary>Mail that was only just handed over is not read yet: it has to be filtered, delivered and found.</summary>
    private static readonly TimeSpan TooSoonToClick = TimeSpan.FromSeconds(3), TooSoonToOpen = TimeSpan.FromSeconds(1);

    // Words in lower case that such programs have in their names, as their operators document them.
    private static readonly string[] Programs =
    [
        "bot", "crawl", "spider", "scan", "preview", "monitor", "python-", "curl/", "wget/", "java/", "okhttp", "go-http-client", "headless", "phantomjs", "libwww",
        "barracuda", "mimecast", "proofpoint", "trendmicro", "symantec", "messagelabs", "fireeye", "forcepoint", "cloudmark", "sophos", "urldefense", "safelinks", "zscaler", "facebookexternalhit", "slackbot", "whatsapp", "skypeuripreview",
    ];

    /// <summary>The rules, in order.</summary>
    public static readonly IReadOnlyList<Rule> Rules =
    [
        new("HEAD", r => r.Method == "HEAD"),
        new("PREFETCH", r => r.Prefetch),
        new("NO_USER_AGENT", r => r.UserAgent.Length == 0),
        new("PROGRAM", r => Programs.Any(p => r.UserAgent.Contains(p, StringComparison.OrdinalIgnoreCase))),
        // Apple's Mail Privacy Protection fetches all pictures under this name alone, read or not.
        new("BARE_MOZILLA", r => !r.IsClick && r.UserAgent == "Mozilla/5.0"),
        new("TOO_SOON", r => r.SinceSent is { } since && since < (r.IsClick ? TooSoonToClick : TooSoonToOpen)),
    ];

    /// <summary>Name of the rule by which a request is a machine's; null for a person's.</summary>
    public static string? Recognise(TrackingRequest request) => Rules.FirstOrDefault(r => r.Holds(request))?.Name;
}
