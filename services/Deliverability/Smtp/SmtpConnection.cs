using System.Globalization;
using System.Net.Sockets;

namespace ContactPlatform.Deliverability.Smtp;

/// <summary>
/// A connection on which mails are sent one after the other. Tells exactly how far each came: System.Net.Mail.SmtpClient
/// cannot say whether the mail's end was sent before a connection broke, and takes the bounce address from the headers.
/// </summary>
public sealed class SmtpConnection : IAsyncDisposable
{
    private readonly SmtpStream stream;
    private readonly SmtpOffers offered;
    private readonly SmtpSettings settings;
    private readonly TimeProvider time;
    private int sent;

    internal SmtpConnection(SmtpStream stream, SmtpOffers offered, SmtpSettings settings, TimeProvider time) =>
        (this.stream, this.offered, this.settings, this.time) = (stream, offered, settings, time);

    /// <summary>False once nothing more can be sent on it.</summary>
    public bool Usable { get; private set; } = true;

    /// <summary>Sends one mail to one recipient.</summary>
    /// <param name="bounceAddress">Where a report of non-delivery goes (MAIL FROM).</param>
    /// <param name="recipient">The recipient (RCPT TO).</param>
    /// <param name="mail">In seven bits, in lines that end with CRLF.</param>
    /// <param name="cancellationToken">Gives up; when the mail's end was sent, the outcome is unknown.</param>
    /// <returns>What became of it; cancellation and broken connections are told here too.</returns>
    public async Task<SmtpOutcome> SendAsync(string bounceAddress, string recipient, ReadOnlyMemory<byte> mail, CancellationToken cancellationToken)
    {
        if (offered.Size is { } size && mail.Length > size)
        {
            return SmtpOutcome.Silent(SmtpResult.Refused, $"the mail has {mail.Length} bytes, and the mail server takes at most {size}");
        }
        if (!IsPath(bounceAddress) || !IsPath(recipient))
        {
            // The last line of defence: nothing but one address goes into a command.
            throw new ArgumentException("an address of the envelope cannot stand in a command");
        }
        var stage = SmtpResult.Deferred;
        using var patience = new Patience(time, cancellationToken);
        try
        {
            stage = sent++ > 0 ? SmtpResult.Stale : SmtpResult.Deferred;
            var sizeParameter = offered.Size is null ? "" : string.Create(CultureInfo.InvariantCulture, $" SIZE={mail.Length}");
            if (await EnvelopeAsync([$"MAIL FROM:<{bounceAddress}>{sizeParameter}\r\n", $"RCPT TO:<{recipient}>\r\n", "DATA\r\n"], () => stage = SmtpResult.Deferred, patience) is { } no)
            {
                return no;
            }
            if (stream.HasUnread)
            {
                // It would be taken for the answer to the mail's end.
                throw new SmtpProtocolException("the mail server says more than it was asked");
            }
            await stream.WriteMailAsync(mail, patience.For(settings.EndLimit));
            // From here on only the server knows.
            stage = SmtpResult.Unknown;
            var reply = await stream.ReadAsync(patience.For(settings.EndLimit));
            Usable = Usable && !reply.Closes;
            return reply.Code is >= 200 and < 300 ? new(SmtpResult.Accepted, reply.Code, reply.EnhancedCode, reply.Text) { OfRecipient = true }
                : reply.Positive ? Broken(SmtpResult.Unknown, "the mail server's answer to the mail's end is no answer to it")
                : SmtpOutcome.No(reply, ofRecipient: true);
        }
        catch (Exception e) when (e is IOException or SocketException or SmtpProtocolException or OperationCanceledException)
        {
            var why = e is OperationCanceledException ? cancellationToken.IsCancellationRequested ? "sending was broken off" : "the mail server took too long to answer" : e.Message;
            return Broken(stage, why);
        }
    }

    /// <summary>Sends the envelope, in one go where the server takes that (RFC 2920); null when the mail may follow.</summary>
    private async Task<SmtpOutcome?> EnvelopeAsync(string[] commands, Action alive, Patience patience)
    {
        SmtpOutcome? refused = null;
        SmtpReply reply = null!;
        if (offered.Pipelining)
        {
            await stream.WriteAsync(string.Concat(commands), patience.For(settings.CommandLimit));
        }
        foreach (var command in commands)
        {
            var limit = patience.For(settings.CommandLimit);
            reply = offered.Pipelining ? await stream.ReadAsync(limit) : await CommandAsync(command, limit);
            if (reply.Closes && refused is null && command == commands[0] && sent > 1)
            {
                // It says goodbye to a connection that was idle for too long: nothing about this mail.
                return Broken(SmtpResult.Stale, reply.Text);
            }
            alive();
            var expected = command == commands[2] ? reply.Code == 354 : reply.Code is >= 200 and < 300;
            if (!expected)
            {
                refused ??= reply.Positive ? Broken(SmtpResult.Deferred, "the mail server's answer is no answer to the command") : SmtpOutcome.No(reply, ofRecipient: command != commands[0] && !reply.Closes);
                if (reply.Closes || !Usable)
                {
                    Usable = false;
                    return refused;
                }
                if (!offered.Pipelining)
                {
                    break;
                }
            }
        }
        if (refused is not null)
        {
            await EndRefusedAsync(reply.Code == 354, patience);
        }
        return refused;
    }

    /// <summary>Makes the connection ready for another mail after this one was refused.</summary>
    private async Task EndRefusedAsync(bool dataOpen, Patience patience)
    {
        try
        {
            if (dataOpen)
            {
                // RFC 2920 3.1: a server without recipients that asks for the mail gets an empty one, and refuses it.
                await CommandAsync(".\r\n", patience.For(settings.CommandLimit));
            }
            var reset = await CommandAsync("RSET\r\n", patience.For(settings.CommandLimit));
            Usable = Usable && reset.Positive;
        }
        catch (Exception e) when (e is IOException or SocketException or SmtpProtocolException or OperationCanceledException)
        {
            // The refusal stands; the next mail takes another connection.
            Usable = false;
        }
    }

    private async Task<SmtpReply> CommandAsync(string command, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(command, cancellationToken);
        return await stream.ReadAsync(cancellationToken);
    }

    /// <summary>What may stand between angle brackets: printable ASCII without blanks and brackets.</summary>
    private static bool IsPath(string address) => address.Length is > 0 and <= 320 && !address.AsSpan().ContainsAnyExceptInRange('!', '~') && !address.AsSpan().ContainsAny('<', '>');

    private SmtpOutcome Broken(SmtpResult result, string text)
    {
        Usable = false;
        return SmtpOutcome.Silent(result, text.Length <= SmtpReply.MaximumText ? text : text[..SmtpReply.MaximumText]);
    }

    /// <summary>Says goodbye without waiting for an answer.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Usable)
        {
            Usable = false;
            try
            {
                using var patience = new Patience(time, CancellationToken.None);
                await stream.WriteAsync("QUIT\r\n", patience.For(TimeSpan.FromSeconds(1)));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // It is gone already.
            }
        }
        await stream.DisposeAsync();
    }

    /// <summary>How long each step of a mail may take: one alarm, set anew for each.</summary>
    private sealed class Patience : IDisposable
    {
        private readonly CancellationTokenSource limit;
        private readonly CancellationTokenSource either;

        public Patience(TimeProvider time, CancellationToken cancellationToken)
        {
            limit = new(Timeout.InfiniteTimeSpan, time);
            either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        }

        /// <summary>Begins a step.</summary>
        public CancellationToken For(TimeSpan span)
        {
            limit.CancelAfter(span);
            return either.Token;
        }

        public void Dispose()
        {
            either.Dispose();
            limit.Dispose();
        }
    }
}
