using System.Buffers.Text;

namespace ContactPlatform.ServiceDefaults.Mime;

/// <summary>A part that holds no other parts.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Encoding">Its Content-Transfer-Encoding in lower case.</param>
/// <param name="Raw">Its body as it was sent.</param>
public sealed record MailPart(ContentType Type, string Encoding, ReadOnlyMemory<byte> Raw)
{
    /// <summary>True for a file that came with the message (RFC 2183).</summary>
    public bool IsAttachment { get; init; }

    /// <summary>The body as text; see <see cref="MailText"/>.</summary>
    public string DecodeText() => MailText.Decode(Decode().Span, Type.Charset);

    /// <summary>The body decoded, never longer than it was sent; as it was sent where it cannot be decoded.</summary>
    public ReadOnlyMemory<byte> Decode() => Encoding switch
    {
        "base64" => FromBase64(Raw.Span) ?? Raw,
        "quoted-printable" => FromQuotedPrintable(Raw.Span),
        _ => Raw,
    };

    private static byte[]? FromBase64(ReadOnlySpan<byte> raw)
    {
        var bytes = new byte[raw.Length];
        // The end of a part that was cut off may be no whole group.
        return Base64.DecodeFromUtf8(raw, bytes, out _, out var written, isFinalBlock: false) is System.Buffers.OperationStatus.InvalidData && written == 0 ? null : bytes[..written];
    }

    private static byte[] FromQuotedPrintable(ReadOnlySpan<byte> raw)
    {
        var (bytes, length) = (new byte[raw.Length], 0);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '=')
            {
                bytes[length++] = raw[i];
            }
            else if (i + 2 < raw.Length && char.IsAsciiHexDigit((char)raw[i + 1]) && char.IsAsciiHexDigit((char)raw[i + 2]))
            {
                bytes[length++] = (byte)((Hex(raw[i + 1]) << 4) | Hex(raw[i + 2]));
                i += 2;
            }
            else
            {
                // A soft line break: the line goes on.
                i += i + 1 < raw.Length && raw[i + 1] == '\n' ? 1 : i + 2 < raw.Length && raw[i + 1] == '\r' && raw[i + 2] == '\n' ? 2 : 0;
            }
        }
        return bytes[..length];
    }

    private static int Hex(byte digit) => digit switch { <= (byte)'9' => digit - '0', <= (byte)'F' => digit - 'A' + 10, _ => digit - 'a' + 10 };
}
