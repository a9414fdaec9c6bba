using System.Buffers;
using System.Text;

namespace ContactPlatform.Deliverability.Smtp;

/// <summary>Lines to and from a server, with bounds on what it may say.</summary>
internal sealed class SmtpStream(Stream stream) : IAsyncDisposable
{
    /// <summary>Bytes of a reply's line: four times what RFC 5321 4.5.3.1.5 allows, since servers exceed it.</summary>
    private const int MaximumLine = 2048;

    /// <summary>Lines of a reply.</summary>
    private const int MaximumLines = 100;

    /// <summary>Bytes of a mail that are copied to be sent with its end.</summary>
    private const int MaximumCopied = 64 << 10;

    private static readonly byte[] End = ".\r\n"u8.ToArray();

    private readonly byte[] buffer = new byte[MaximumLine];
    private int start;
    private int end;

    /// <summary>The bytes below.</summary>
    public Stream Inner => stream;

    /// <summary>True when the server has said more than it was asked.</summary>
    public bool HasUnread => start < end;

    /// <summary>Sends commands, each with its line end.</summary>
    public async Task WriteAsync(string commands, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(commands), cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>
    /// Sends a mail with its end: lines that begin with a dot get another (RFC 5321 4.5.2). When this fails and nothing
    /// was to follow, the end, which is the last of it, was not sent.
    /// </summary>
    /// <param name="mail">Ends with CRLF.</param>
    /// <param name="following">Commands behind its end; may be empty.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteMailAsync(ReadOnlyMemory<byte> mail, string following, CancellationToken cancellationToken)
    {
        var stuffed = Stuffed(mail);
        var tail = End.Length + following.Length;
        if (stuffed.Length > MaximumCopied)
        {
            await stream.WriteAsync(stuffed, cancellationToken);
            stuffed = ReadOnlyMemory<byte>.Empty;
        }
        // One packet less, and the server wakes once.
        var whole = ArrayPool<byte>.Shared.Rent(stuffed.Length + tail);
        try
        {
            stuffed.CopyTo(whole);
            End.CopyTo(whole.AsMemory(stuffed.Length));
            Encoding.ASCII.GetBytes(following, whole.AsSpan(stuffed.Length + End.Length));
            await stream.WriteAsync(whole.AsMemory(0, stuffed.Length + tail), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
        await stream.FlushAsync(cancellationToken);
    }

    /// <summary>The mail itself unless a line begins with a dot; many such lines must not become as many packets.</summary>
    private static ReadOnlyMemory<byte> Stuffed(ReadOnlyMemory<byte> mail)
    {
        var first = mail.Span is [(byte)'.', ..] ? 0 : mail.Span.IndexOf("\n."u8) + 1;
        if (first == 0 && mail.Span is not [(byte)'.', ..])
        {
            return mail;
        }
        var stuffed = new ArrayBufferWriter<byte>(mail.Length + 1024);
        for (var rest = mail.Span; ;)
        {
            stuffed.Write(rest[..first]);
            stuffed.Write("."u8);
            rest = rest[first..];
            first = rest.IndexOf("\n."u8) + 1;
            if (first == 0)
            {
                stuffed.Write(rest);
                return stuffed.WrittenMemory;
            }
        }
    }

    /// <summary>Reads one reply.</summary>
    /// <exception cref="IOException">The server is gone.</exception>
    /// <exception cref="SmtpProtocolException">It says what is no reply.</exception>
    public async Task<SmtpReply> ReadAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        do
        {
            if (lines.Count == MaximumLines)
            {
                throw new SmtpProtocolException($"the server's answer has more than {MaximumLines} lines");
            }
            lines.Add(await ReadLineAsync(cancellationToken));
        }
        while (lines[^1].Length > 3 && lines[^1][3] == '-');
        return SmtpReply.Of(lines) ?? throw new SmtpProtocolException("the server's answer is no SMTP reply");
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        for (var seen = 0; ;)
        {
            var length = buffer.AsSpan(start + seen, end - start - seen).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = Encoding.UTF8.GetString(buffer.AsSpan(start, seen + length)).TrimEnd('\r');
                start += seen + length + 1;
                return line;
            }
            seen = end - start;
            if (seen == buffer.Length)
            {
                throw new SmtpProtocolException($"the server's answer has a line of more than {MaximumLine} bytes");
            }
            if (start > 0)
            {
                buffer.AsSpan(start, seen).CopyTo(buffer);
                (start, end) = (0, seen);
            }
            var read = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken);
            if (read == 0)
            {
                throw new IOException("the server closed the connection");
            }
            end += read;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
