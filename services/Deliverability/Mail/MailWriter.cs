using System.Buffers;
using System.Globalization;
using System.Text;

namespace ContactPlatform.Deliverability.Mail;

/// <summary>
/// Writes mails (RFC 5322, RFC 2045): text and HTML as alternatives, files beside them. Everything that a caller can choose
/// goes through <see cref="HeaderText"/>, <see cref="Mailbox"/> or an encoded body, so none of it can add a header.
/// </summary>
public static class MailWriter
{
    /// <summary>Writes a mail; every line is ASCII, at most 998 characters, and ends with CRLF.</summary>
    /// <exception cref="ArgumentException">An address or a URL of ours holds what a header cannot.</exception>
    public static ReadOnlyMemory<byte> Write(OutgoingMail mail)
    {
        var output = new ArrayBufferWriter<byte>(4096 + (mail.Text?.Length ?? 0) + (mail.Html?.Length ?? 0) * 5 / 4 + mail.Files.Sum(f => f.Encoded.Length));
        Header(output, "Date", mail.Date.ToString("ddd, dd MMM yyyy HH':'mm':'ss '+0000'", CultureInfo.InvariantCulture));
        Header(output, "From", mail.From.Format("From: ".Length));
        Header(output, "To", mail.To.Format("To: ".Length));
        if (mail.ReplyTo is { } replyTo)
        {
            Header(output, "Reply-To", replyTo.Format("Reply-To: ".Length));
        }
        Header(output, "Subject", HeaderText.Unstructured(mail.Subject, "Subject: ".Length));
        Header(output, "Message-ID", mail.MessageId);
        if (mail.UnsubscribeUrl is { } url)
        {
            // RFC 8058 3.1 and 3.2: one click is for HTTPS alone; within one's own machine it can be tried without.
            Header(output, "List-Unsubscribe", $"<{url}>");
            if (new Uri(url) is var address && (address.Scheme == Uri.UriSchemeHttps || address.IsLoopback))
            {
                Header(output, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
            }
        }
        Header(output, "MIME-Version", "1.0");
        Mixed(output, mail);
        return output.WrittenMemory;
    }

    private static void Mixed(ArrayBufferWriter<byte> output, OutgoingMail mail)
    {
        if (mail.Files.Count == 0)
        {
            Alternatives(output, mail);
            return;
        }
        // Neither quoted-printable nor base64 can hold `=_`, so these boundaries stand in no body.
        const string Boundary = "=_mixed";
        Header(output, "Content-Type", $"multipart/mixed; boundary=\"{Boundary}\"");
        Next(output, Boundary);
        Alternatives(output, mail);
        foreach (var file in mail.Files)
        {
            Next(output, Boundary);
            Header(output, "Content-Type", file.ContentType);
            Header(output, "Content-Transfer-Encoding", "base64");
            Header(output, "Content-Disposition", $"attachment;\r\n {FileName(file.FileName)}");
            output.Write("\r\n"u8);
            output.Write(file.Encoded.Span);
        }
        End(output, Boundary);
    }

    private static void Alternatives(ArrayBufferWriter<byte> output, OutgoingMail mail)
    {
        if (mail.Text is null || mail.Html is null)
        {
            Text(output, mail.Html is null ? "plain" : "html", mail.Html ?? mail.Text ?? "");
            return;
        }
        const string Boundary = "=_alternative";
        Header(output, "Content-Type", $"multipart/alternative; boundary=\"{Boundary}\"");
        Next(output, Boundary);
        Text(output, "plain", mail.Text);
        Next(output, Boundary);
        Text(output, "html", mail.Html);
        End(output, Boundary);
    }

    private static void Text(ArrayBufferWriter<byte> output, string subtype, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var base64 = BodyEncoding.PrefersBase64(bytes);
        Header(output, "Content-Type", $"text/{subtype}; charset=utf-8");
        Header(output, "Content-Transfer-Encoding", base64 ? "base64" : "quoted-printable");
        output.Write("\r\n"u8);
        if (base64)
        {
            BodyEncoding.WriteBase64(bytes, output);
        }
        else
        {
            BodyEncoding.WriteQuotedPrintable(text, output);
        }
    }

    /// <summary>A file's name, percent-encoded where it is not plain (RFC 2231 4), in pieces that fit a line (RFC 2231 3).</summary>
    private static string FileName(string name)
    {
        if (name.Length <= 60 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ' '))
        {
            return $"filename=\"{name}\"";
        }
        var encoded = Uri.EscapeDataString(name).Replace("'", "%27", StringComparison.Ordinal).Replace("(", "%28", StringComparison.Ordinal)
            .Replace(")", "%29", StringComparison.Ordinal).Replace("*", "%2A", StringComparison.Ordinal);
        var pieces = new List<string>();
        for (var start = 0; start < encoded.Length;)
        {
            var length = Math.Min(60, encoded.Length - start);
            // Readers that decode each piece by itself must find whole octets in it.
            var cut = encoded.LastIndexOf('%', start + length - 1, Math.Min(2, length));
            length = start + length < encoded.Length && cut > start ? cut - start : length;
            pieces.Add(string.Create(CultureInfo.InvariantCulture, $"filename*{pieces.Count}*={(pieces.Count == 0 ? "utf-8''" : "")}{encoded.AsSpan(start, length)}"));
            start += length;
        }
        return string.Join(";\r\n ", pieces);
    }

    private static void Next(ArrayBufferWriter<byte> output, string boundary) => Write(output, $"\r\n--{boundary}\r\n");

    private static void End(ArrayBufferWriter<byte> output, string boundary) => Write(output, $"\r\n--{boundary}--\r\n");

    private static void Header(ArrayBufferWriter<byte> output, string name, string value)
    {
        // The last line of defence: whatever made the value, a line in it goes on with a blank or it is not written.
        for (var i = value.IndexOfAny(['\r', '\n']); i >= 0; i = value.IndexOfAny(['\r', '\n'], i))
        {
            if (value[i] != '\r' || i + 2 >= value.Length || value[i + 1] != '\n' || value[i + 2] != ' ')
            {
                throw new ArgumentException($"the field {name} holds a line end");
            }
            i += 2;
        }
        if (!Ascii.IsValid(value))
        {
            throw new ArgumentException($"the field {name} holds what is not ASCII");
        }
        Write(output, $"{name}: {value}\r\n");
    }

    private static void Write(ArrayBufferWriter<byte> output, string ascii) =>
        output.Advance(Encoding.ASCII.GetBytes(ascii, output.GetSpan(ascii.Length)));
}
