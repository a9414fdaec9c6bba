using System.Buffers;
using System.Text;

namespace ContactPlatform.Deliverability.Mail;

/// <summary>
/// Writes bodies in seven bits and short lines, so that no server on the way has a reason to change them: quoted-printable
/// (RFC 2045 6.7) for texts, base64 (6.8) for everything else.
/// </summary>
public static class BodyEncoding
{
    private const int LineLength = 76;

    /// <summary>Whether a text is shorter in base64: more than a fifth of its bytes would have to be written in three.</summary>
    public static bool PrefersBase64(ReadOnlySpan<byte> utf8)
    {
        var foreign = 0;
        foreach (var b in utf8)
        {
            foreign += b > '~' ? 1 : 0;
        }
        return foreign > utf8.Length / 5;
    }

    /// <summary>Writes bytes as base64, in lines of 76 characters that end with CRLF.</summary>
    public static void WriteBase64(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        const int LineBytes = LineLength / 4 * 3;
        for (var i = 0; i < bytes.Length; i += LineBytes)
        {
            var line = bytes.Slice(i, Math.Min(LineBytes, bytes.Length - i));
            var target = output.GetSpan(LineLength + 2);
            System.Buffers.Text.Base64.EncodeToUtf8(line, target, out _, out var written);
            (target[written], target[written + 1]) = ((byte)'\r', (byte)'\n');
            output.Advance(written + 2);
        }
    }

    /// <summary>Writes a text as quoted-printable. CRLF, CR and LF all end lines; the last line ends with CRLF too.</summary>
    public static void WriteQuotedPrintable(string text, IBufferWriter<byte> output)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var line = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var b = bytes[i];
            if (b is (byte)'\r' or (byte)'\n')
            {
                i += b == '\r' && i + 1 < bytes.Length && bytes[i + 1] == '\n' ? 1 : 0;
                output.Write("\r\n"u8);
                line = 0;
                continue;
            }
            // Most of a text stands as it is, and is copied in one go as far as its line reaches.
            var rest = bytes.AsSpan(i, Math.Min(bytes.Length - i, LineLength - 1 - line));
            var run = rest.IndexOfAnyExceptInRange((byte)' ', (byte)'~') is >= 0 and var foreign ? rest[..foreign] : rest;
            run = (run.IndexOf((byte)'=') is >= 0 and var sign ? run[..sign] : run).TrimEnd((byte)' ');
            if (run.Length > 1)
            {
                output.Write(run);
                line += run.Length;
                i += run.Length - 1;
                continue;
            }
            var ends = i + 1 == bytes.Length || bytes[i + 1] is (byte)'\r' or (byte)'\n';
            // A blank at a line's end would be taken away on the way.
            var plain = b is >= (byte)'!' and <= (byte)'~' and not (byte)'=' || (b is (byte)' ' or (byte)'\t' && !ends);
            var width = plain ? 1 : 3;
            // One character stays free for the `=` that continues the line.
            if (line + width > LineLength - 1)
            {
                output.Write("=\r\n"u8);
                line = 0;
            }
            if (plain)
            {
                output.GetSpan(1)[0] = b;
                output.Advance(1);
            }
            else
            {
                var target = output.GetSpan(3);
                (target[0], target[1], target[2]) = ((byte)'=', Hex(b >> 4), Hex(b & 15));
                output.Advance(3);
            }
            line += width;
        }
        if (line > 0)
        {
            output.Write("\r\n"u8);
        }
    }

    private static byte Hex(int digit) => (byte)"0123456789ABCDEF"[digit];
}
