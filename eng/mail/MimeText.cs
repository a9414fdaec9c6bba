using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ContactPlatform.MailSink;

/// <summary>Reads as much of MIME as it takes to show the mails that this platform sends.</summary>
internal static partial class MimeText
{
    /// <summary>Reads encoded words (RFC 2047).</summary>
    public static string Words(string text) => Word().Replace(Between().Replace(text, "$1$2"), m =>
        Encoding.UTF8.GetString(m.Groups[1].Value is "B" or "b" ? Convert.FromBase64String(m.Groups[2].Value) : Quoted(m.Groups[2].Value.Replace('_', ' '))));

    /// <summary>Reads the leaves of a mail.</summary>
    public static IEnumerable<(string Type, string Text)> Parts(string content)
    {
        var end = content.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var headers = (end < 0 ? content : content[..end]).Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n");
        var body = end < 0 ? "" : content[(end + 4)..];
        var type = Header("Content-Type");
        if (Boundary().Match(type) is { Success: true } boundary)
        {
            var pieces = $"\r\n{body}".Split($"\r\n--{boundary.Groups[1].Value}");
            return pieces.Skip(1).TakeWhile(p => !p.StartsWith("--", StringComparison.Ordinal)).SelectMany(p => Parts(p[2..]));
        }
        var bytes = Header("Content-Transfer-Encoding").ToLowerInvariant() switch
        {
            "base64" => Convert.FromBase64String(body),
            "quoted-printable" => Quoted(body.Replace("=\r\n", "", StringComparison.Ordinal)),
            _ => Encoding.Latin1.GetBytes(body),
        };
        return [(type.Split(';')[0].Trim(), Encoding.UTF8.GetString(bytes))];

        string Header(string name) =>
            headers.FirstOrDefault(h => h.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase)) is { } line ? line[(name.Length + 1)..].Trim() : "";
    }

    private static byte[] Quoted(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '=' && i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var b))
            {
                bytes.Add(b);
                i += 2;
            }
            else
            {
                bytes.Add((byte)text[i]);
            }
        }
        return [.. bytes];
    }

    [GeneratedRegex(@"=\?utf-8\?([BbQq])\?([^?]*)\?=", RegexOptions.IgnoreCase)]
    private static partial Regex Word();

    // Blanks between two encoded words are none of the text.
    [GeneratedRegex(@"(\?=)\s+(=\?)")]
    private static partial Regex Between();

    [GeneratedRegex("boundary=\"([^\"]+)\"")]
    private static partial Regex Boundary();
}
