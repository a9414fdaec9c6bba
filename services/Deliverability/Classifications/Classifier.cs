using System.Collections.Frozen;
using System.Text;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Classifications;

/// <summary>
/// Says what a failure means for the address: enhanced status codes first (RFC 3463), then the wording of known mail
/// systems in order, else Unavailable. What a server refuses for now is never for good, whatever its text says: `450 mailbox
/// unavailable` is a busy mailbox, `550 mailbox unavailable` none (RFC 5321 4.2.3). The tables carry a version, which is kept
/// with each verdict.
/// </summary>
public static class Classifier
{
    /// <summary>Version of the rules: raised by one whenever a row of either table changes, or how they are read, and the page with it.</summary>
    public const int Version = 2;

    /// <summary>Id of the last rule.</summary>
    public const string Else = "else";

    /// <summary>Characters of a diagnostic that are looked at.</summary>
    public const int MaximumLength = 2000;

    private static readonly (string System, string[] Marks, (string Id, TextRule Rule)[] Rules)[] Systems =
        [.. MailSystems.Table.Select(s => (s.Name, s.Marks, s.Rules.Select(r => (Id(s, r), r)).ToArray()))];

    /// <summary>Every rule with its class, by id.</summary>
    public static FrozenDictionary<string, FailureClass> Rules { get; } = CodeRules.Table.Select(r => (r.Id, r.Class))
        .Concat(Systems.SelectMany(s => s.Rules).Select(r => (r.Id, r.Rule.Class)))
        .Append((Else, FailureClass.Unavailable)).ToFrozenDictionary(r => r.Item1, r => r.Item2);

    /// <summary>The id of a rule about a text.</summary>
    public static string Id(MailSystem system, TextRule rule) => $"text.{system.Name}.{rule.Name}";

    /// <summary>Classifies a failure.</summary>
    /// <param name="status">The enhanced code reported beside the text; empty when there is none.</param>
    /// <param name="diagnostic">What the remote server said; may be empty.</param>
    /// <param name="remoteHost">Name of that server; may be empty.</param>
    public static Verdict Classify(string status, string diagnostic, string remoteHost)
    {
        // The server's own code before the one that the reporting program gave, which often made it up from the three digits.
        var first = DiagnosticCodes.First(diagnostic);
        if (first is { } said && Find(said) is { } verdict)
        {
            return verdict;
        }
        if (EnhancedCode.TryParse(status, out var reported) && Find(reported) is { } byStatus)
        {
            return byStatus;
        }
        foreach (var code in DiagnosticCodes.Others(diagnostic))
        {
            if (Find(code) is { } byOther)
            {
                return byOther;
            }
        }
        var forNow = (DiagnosticCodes.Kind(diagnostic) ?? first?.Kind ?? reported.Kind) == 4;
        var (text, host) = (Fold(diagnostic), Fold(remoteHost));
        foreach (var (_, marks, rules) in Systems)
        {
            if (marks.Length > 0 && !marks.Any(m => text.Contains(m, StringComparison.Ordinal) || host.Contains(m, StringComparison.Ordinal)))
            {
                continue;
            }
            foreach (var (id, rule) in rules)
            {
                if (!(forNow && rule.Class == FailureClass.DoesNotExist) && rule.Fits(text))
                {
                    return new(rule.Class, id);
                }
            }
        }
        return new(FailureClass.Unavailable, Else);
    }

    private static Verdict? Find(EnhancedCode code)
    {
        foreach (var rule in CodeRules.Table)
        {
            if (rule.Is(code))
            {
                return new(rule.Class, rule.Id);
            }
        }
        return null;
    }

    /// <summary>Lower case, runs of blanks and control characters as one blank, no longer than is looked at.</summary>
    private static string Fold(string text)
    {
        var folded = new StringBuilder(Math.Min(text.Length, MaximumLength));
        foreach (var c in text)
        {
            if (folded.Length == MaximumLength)
            {
                break;
            }
            if (!char.IsWhiteSpace(c) && !char.IsControl(c))
            {
                folded.Append(c == '’' ? '\'' : char.ToLowerInvariant(c));
            }
            else if (folded.Length > 0 && folded[^1] != ' ')
            {
                folded.Append(' ');
            }
        }
        return folded.ToString();
    }
}
