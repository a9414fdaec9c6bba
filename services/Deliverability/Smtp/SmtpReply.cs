using System.Text;

namespace ContactPlatform.Deliverability.Smtp;

/// <summary>What a server answers to a command.</summary>
/// <param name="Code">Three digits (RFC 5321 4.2).</param>
/// <param name="EnhancedCode">Such as `5.1.1` (RFC 3463); empty where the server gives none.</param>
/// <param name="Lines">The texts of its lines, without codes.</param>
public sealed record SmtpReply(int Code, string EnhancedCode, IReadOnlyList<string> Lines)
{
    /// <summary>Characters that are kept of a text.</summary>
    public const int MaximumText = 500;

    /// <summary>The command was done, or its content may follow.</summary>
    public bool Positive => Code is >= 200 and < 400;

    /// <summary>The server will not stay on the connection.</summary>
    public bool Closes => Code == 421;

    /// <summary>All lines as one text of printable characters, cut to <see cref="MaximumText"/>.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder();
            foreach (var line in Lines)
            {
                text.Append(text.Length > 0 ? " " : "").Append(line);
            }
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = char.IsControl(text[i]) || char.IsSurrogate(text[i]) || text[i] == '\uFFFE' ? '?' : text[i];
            }
            return text.ToString(0, Math.Min(text.Length, MaximumText));
        }
    }

    /// <summary>Makes a reply of its lines.</summary>
    /// <returns>Null when they are none: a code that is no number, or that differs between lines.</returns>
    public static SmtpReply? Of(IReadOnlyList<string> lines)
    {
        var texts = new List<string>(lines.Count);
        var code = 0;
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), System.Globalization.NumberStyles.None, null, out var own) || own is < 200 or > 599 || (i > 0 && own != code))
            {
                return null;
            }
            code = own;
            texts.Add(line.Length > 4 ? line[4..] : "");
        }
        return new(code, Enhanced(code, texts[0]), texts);
    }

    /// <summary>RFC 2034 4: class, subject and detail, at the beginning of the text, in agreement with the code.</summary>
    private static string Enhanced(int code, string text)
    {
        var end = text.IndexOf(' ', StringComparison.Ordinal);
        var word = end < 0 ? text : text[..end];
        return word.Split('.') is [{ Length: 1 } kind, { Length: >= 1 and <= 3 } subject, { Length: >= 1 and <= 3 } detail]
            && kind[0] == '0' + code / 100 && kind[0] is '2' or '4' or '5' && subject.All(char.IsAsciiDigit) && detail.All(char.IsAsciiDigit) ? word : "";
    }
}
