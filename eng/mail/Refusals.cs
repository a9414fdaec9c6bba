using System.Text.RegularExpressions;

namespace ContactPlatform.MailSink;

/// <summary>Addresses that the sink refuses, so that one can see what becomes of it: `550-5.1.1-no-such-user@refuses.example` is answered `550 5.1.1 no such user`.</summary>
internal static partial class Refusals
{
    /// <summary>What a recipient is answered at RCPT TO; null for all others, who are taken.</summary>
    public static SinkAnswer? Answer(SinkStep step, string address) =>
        step == SinkStep.Recipient && Refused().Match(address) is { Success: true } said ? new(said.Groups[1].Value.Replace('-', ' ')) : null;

    [GeneratedRegex(@"^([45]\d\d(?:-[a-z0-9.]+)*)@refuses\.example\z", RegexOptions.IgnoreCase)]
    private static partial Regex Refused();
}
