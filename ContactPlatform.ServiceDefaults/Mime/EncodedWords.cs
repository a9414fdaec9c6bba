using System.Text;

namespace ContactPlatform.ServiceDefaults.Mime;

/// <summary>Reads words beyond ASCII in fields (RFC 2047): `=?utf-8?Q?M=C3=BCller?=`.</summary>
public static class EncodedWords
{
    /// <summary>The field's value with its encoded words decoded; what is malformed stays as it is. Control characters become blanks.</summary>
    public static string Decode(string value)
    {
        if (!value.Contains("=?", StringComparison.Ordinal))
        {
            return value;
        }
        var (text, at, behindWord) = (new StringBuilder(value.Length), 0, false);
        while (at < value.Length)
        {
            var open = value.IndexOf("=?", at, StringComparison.Ordinal);
            if (open < 0 || Word(value, open, out var end) is not { } word)
            {
                var until = open < 0 ? value.Length : open + 2;
                text.Append(value, at, until - at);
                (at, behindWord) = (until, false);
                continue;
            }
            var between = value.AsSpan(at, open - at);
            // Blanks between two encoded words only fold the line.
            text.Append(behindWord && between.IsWhiteSpace() ? [] : between).Append(word);
            (at, behindWord) = (end, true);
        }
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = char.IsControl(text[i]) ? ' ' : text[i];
        }
        return text.ToString();
    }

    private static string? Word(string value, int open, out int end)
    {
        end = open;
        var charset = value.IndexOf('?', open + 2);
        if (charset < 0 || charset + 2 >= value.Length || value[charset + 2] != '?')
        {
            return null;
        }
        var close = value.IndexOf("?=", charset + 3, StringComparison.Ordinal);
        if (close < 0)
        {
            return null;
        }
        end = close + 2;
        // A language may follow the charset (RFC 2231 5).
        var name = value[(open + 2)..charset].Split('*')[0].ToLowerInvariant();
        var raw = Encoding.UTF8.GetBytes(value[(charset + 3)..close]);
        return value[charset + 1] switch
        {
            'B' or 'b' => MailText.Decode(new MailPart(Plain, "base64", raw).Decode().Span, name),
            'Q' or 'q' => MailText.Decode(new MailPart(Plain, "quoted-printable", Array.ConvertAll(raw, b => b == '_' ? (byte)' ' : b)).Decode().Span, name),
            _ => null,
        };
    }

    private static readonly ContentType Plain = ContentType.Read("");
}
