using System.Text.RegularExpressions;

namespace ContactPlatform.Sequences.Replies;

/// <summary>A reply's text in two.</summary>
/// <param name="Own">What the sender wrote this time, also between the lines of what is quoted; without the signature.</param>
/// <param name="Quoted">What is quoted or forwarded, with the lines that introduce it; may be empty.</param>
public readonly record struct SplitText(string Own, string Quoted);

/// <summary>
/// Parts what a person wrote from what the mail program put below or between it. Every line that begins with `>` is a
/// quotation. Behind a line that introduces one, all is quoted if no line begins with `>`, as Outlook quotes; else only
/// those lines are, and answers between them are the person's own.
/// </summary>
public static partial class QuotedText
{
    /// <summary>Characters of a text that are read.</summary>
    public const int MaximumLength = 100_000;

    /// <summary>Lines that a mail program breaks an introduction into.</summary>
    private const int IntroductionLines = 3;

    /// <summary>Beginnings of lines, in lower case, behind which all is somebody else's.</summary>
    private static readonly string[] Separators =
    [
        "-----original message", "---- original message", "-------- original message", "---------- forwarded message", "-----forwarded message", "---- forwarded message",
        "begin forwarded message:", "----- forwarded by", "----- reply message -----", "________________________________",
    ];

    /// <summary>Parts a text.</summary>
    public static SplitText Split(string text)
    {
        var lines = (text.Length > MaximumLength ? text[..MaximumLength] : text).ReplaceLineEndings("\n").Split('\n');
        var (own, quoted) = (new List<string>(lines.Length), new List<string>());
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.StartsWith('>'))
            {
                quoted.Add(line.TrimStart('>', ' '));
            }
            else if (IsSeparator(line) || IsHeaderBlock(lines, i))
            {
                quoted.AddRange(lines[i..].Select(l => l.TrimStart('>', ' ')));
                break;
            }
            else if (Introduction(lines, i) is > 0 and var length)
            {
                if (!lines.Skip(i + length).Any(l => l.StartsWith('>')))
                {
                    quoted.AddRange(lines[i..]);
                    break;
                }
                quoted.AddRange(lines[i..(i + length)]);
                i += length - 1;
            }
            else
            {
                own.Add(line);
            }
        }
        return new(Signature.Cut(own), string.Join('\n', quoted).Trim());
    }

    private static bool IsSeparator(string line)
    {
        var lower = line.TrimStart().ToLowerInvariant();
        return Array.Exists(Separators, s => lower.StartsWith(s, StringComparison.Ordinal));
    }

    /// <summary>`From:`, and of `Sent:`, `Date:`, `To:` and `Subject:` two more within five lines: so Outlook introduces what it quotes.</summary>
    private static bool IsHeaderBlock(string[] lines, int at) =>
        Field(lines[at]) == "from" && lines.Skip(at + 1).Take(5).Count(l => Field(l) is "sent" or "date" or "to" or "cc" or "subject") >= 2;

    private static string Field(string line)
    {
        var text = line.TrimStart(' ', '*');
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon is > 0 and < 10 ? text[..colon].TrimEnd(' ', '*').ToLowerInvariant() : "";
    }

    /// <summary>How many lines introduce a quotation here, such as `On 3 March 2026 at 10:00, Ann &lt;ann@example.org> wrote:`; 0 for none.</summary>
    private static int Introduction(string[] lines, int at)
    {
        if (!OnSomeDay().IsMatch(lines[at]) && !NamedAndWrote().IsMatch(lines[at]))
        {
            return 0;
        }
        for (var count = 1; count <= IntroductionLines && at + count <= lines.Length; count++)
        {
            if (lines[at + count - 1].TrimEnd().EndsWith("wrote:", StringComparison.OrdinalIgnoreCase))
            {
                return count;
            }
        }
        return 0;
    }

    [GeneratedRegex(@"^\s{0,4}On\s.{0,60}[0-9]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OnSomeDay();

    [GeneratedRegex(@"^\s{0,4}[0-9A-Z""<].{0,150}@.{0,100}\swrote:\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NamedAndWrote();
}
