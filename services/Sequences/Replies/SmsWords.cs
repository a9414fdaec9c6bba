namespace ContactPlatform.Sequences.Replies;

/// <summary>
/// Words that a carrier or a law takes for a wish to get no more text messages, where they are all that a message says
/// (CTIA Short Code Monitoring Handbook; 47 CFR 64.1200(a)(10)). START and the like bring nobody back: that takes a person.
/// </summary>
public static class SmsWords
{
    private static readonly HashSet<string> OptOut = new(StringComparer.OrdinalIgnoreCase)
    {
        "stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "opt out", "optout", "opt-out", "stop please", "please stop",
    };

    /// <summary>True when the message is such a word, whatever stands around it.</summary>
    public static bool IsOptOut(string text) => OptOut.Contains(text.Trim().Trim('"', '\'', '.', '!', ',', '“', '”', '*', ' ').ToLowerInvariant());
}
