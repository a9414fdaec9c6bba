using System.Text;

namespace ContactPlatform.MailSink;

/// <summary>A mail as it came.</summary>
/// <param name="Number">The how manieth, from 1.</param>
/// <param name="Time">When it was complete.</param>
/// <param name="From">The bounce address.</param>
/// <param name="To">The recipients.</param>
/// <param name="Content">Headers and body, each character a byte.</param>
public sealed record SinkMail(long Number, DateTimeOffset Time, string From, IReadOnlyList<string> To, string Content)
{
    /// <summary>The value of its first header of a name, with folded lines joined; empty when it has none.</summary>
    public string Header(string name)
    {
        var end = Content.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var lines = (end < 0 ? Content : Content[..end]).Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n");
        var line = lines.FirstOrDefault(l => l.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase));
        return line is null ? "" : line[(name.Length + 1)..].Trim();
    }

    /// <summary>Names of all its headers, in order.</summary>
    public IReadOnlyList<string> HeaderNames
    {
        get
        {
            var end = Content.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            return [.. (end < 0 ? Content : Content[..end]).Split("\r\n").Where(l => l.Length > 0 && l[0] is not ' ' and not '\t').Select(l => l.Split(':')[0])];
        }
    }

    /// <summary>The bodies of its parts by content type, decoded; the whole when it has no parts.</summary>
    public IReadOnlyList<(string Type, string Text)> Parts => [.. MimeText.Parts(Content)];

    /// <summary>The first body of a content type, such as `text/html`; null when it has none.</summary>
    public string? Body(string type) => Parts.Where(p => p.Type == type).Select(p => p.Text).FirstOrDefault();

    /// <summary>The subject, decoded.</summary>
    public string Subject => MimeText.Words(Header("Subject"));

    /// <summary>Makes a text of bytes that are one character each.</summary>
    internal static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
