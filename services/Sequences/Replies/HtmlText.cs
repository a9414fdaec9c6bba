using System.Net;
using System.Text;

namespace ContactPlatform.Sequences.Replies;

/// <summary>
/// Makes text of the HTML of a mail in one pass: lines where blocks and breaks are, `> ` before what is quoted, nothing of styles,
/// scripts and what is hidden in comments.
/// </summary>
public static class HtmlText
{
    /// <summary>Characters of HTML that are read.</summary>
    public const int MaximumLength = 200_000;

    private static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase) { "br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "hr", "blockquote", "pre" };

    private static readonly string[] Silent = ["style", "script", "head", "title"];

    /// <summary>The text.</summary>
    public static string Read(string html)
    {
        html = html.Length > MaximumLength ? html[..MaximumLength] : html;
        var (text, at, quotes) = (new StringBuilder(Math.Min(html.Length, 10_000)), 0, 0);
        while (at < html.Length)
        {
            var open = html.IndexOf('<', at);
            Write(text, html[at..(open < 0 ? html.Length : open)], quotes);
            if (open < 0)
            {
                break;
            }
            if (open + 1 == html.Length || !(char.IsAsciiLetter(html[open + 1]) || html[open + 1] is '/' or '!' or '?'))
            {
                // Not every such sign opens a tag.
                Write(text, "<", quotes);
                at = open + 1;
                continue;
            }
            at = Tag(html, open, out var name, out var closes);
            if (!closes && Array.Find(Silent, s => s.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } silent)
            {
                var end = html.IndexOf("</" + silent, at, StringComparison.OrdinalIgnoreCase);
                at = end < 0 ? html.Length : end;
            }
            else if (name.Equals("blockquote", StringComparison.OrdinalIgnoreCase))
            {
                quotes = Math.Max(0, quotes + (closes ? -1 : 1));
                NewLine(text);
            }
            else if (Blocks.Contains(name))
            {
                if (name is "p" or "P" && !closes)
                {
                    NewLine(text);
                    text.Append('\n');
                }
                else if (name is "br" or "BR")
                {
                    text.Append('\n');
                }
                else
                {
                    NewLine(text);
                }
            }
        }
        return text.ToString().Trim();
    }

    private static void NewLine(StringBuilder text)
    {
        if (text.Length > 0 && text[^1] != '\n')
        {
            text.Append('\n');
        }
    }

    /// <summary>Writes text as a browser shows it: any run of blanks is one.</summary>
    private static void Write(StringBuilder text, string raw, int quotes)
    {
        foreach (var c in WebUtility.HtmlDecode(raw))
        {
            if (char.IsWhiteSpace(c))
            {
                if (text.Length > 0 && text[^1] is not (' ' or '\n'))
                {
                    text.Append(' ');
                }
                continue;
            }
            if (c is '\u200B' or '\u200C' or '\u200D' or '\uFEFF' or '\u00AD')
            {
                continue;
            }
            if (quotes > 0 && (text.Length == 0 || text[^1] == '\n'))
            {
                text.Append("> ");
            }
            text.Append(c);
        }
    }

    /// <summary>Reads a tag or a comment; the answer is where what follows begins.</summary>
    private static int Tag(string html, int open, out string name, out bool closes)
    {
        (name, closes) = ("", false);
        if (string.CompareOrdinal(html, open, "<!--", 0, 4) == 0)
        {
            var end = html.IndexOf("-->", open + 4, StringComparison.Ordinal);
            return end < 0 ? html.Length : end + 3;
        }
        var at = open + 1;
        if (at < html.Length && html[at] == '/')
        {
            closes = true;
            at++;
        }
        var start = at;
        while (at < html.Length && char.IsAsciiLetterOrDigit(html[at]))
        {
            at++;
        }
        name = html[start..at];
        for (var quote = '\0'; at < html.Length; at++)
        {
            if (quote != '\0')
            {
                quote = html[at] == quote ? '\0' : quote;
            }
            else if (html[at] == '>')
            {
                return at + 1;
            }
            else if (html[at] is '"' or '\'')
            {
                quote = html[at];
            }
        }
        return html.Length;
    }
}
