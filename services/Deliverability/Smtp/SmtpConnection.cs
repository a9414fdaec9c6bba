using System.Globalization;
using System.Net.Sockets;

namespace ContactPlatform.Deliverability.Smtp;

/// <summary>A mail with its envelope.</summary>
/// <param name="BounceAddress">Where a report of non-delivery goes (MAIL FROM).</param>
/// <param name="Recipient">The recipient (RCPT TO).</param>
/// <param name="Content">In seven bits, in lines that end with CRLF.</param>
public sealed record SmtpMail(string BounceAddress, string Recipient, ReadOnlyMemory<byte> Content);

/// <summary>
/// A connection on which mails are sent one after the other. Tells exactly how far each came: System.Net.Mail.SmtpClient
/// cannot say whether the mail's end was sent before a connection broke, and takes the bounce address from the headers.
/// </summary>
public sealed class SmtpConnection : IAsyncDisposable
{
    private readonly SmtpStream stream;
    private readonly SmtpOffers offered;
    private readonly SmtpSettings settings;
    private readonly Patience patience;
    private int sent;

    /// <summary>The mail whose envelope went with the end of the one before.</summary>
    private SmtpMail? begun;

    internal SmtpConnection(SmtpStream stream, SmtpOffers offered, SmtpSettings settings, TimeProvider time) =>
        (this.stream, this.offered, this.settings, patience) = (stream, offered, settings, new(time));

    /// <summary>False once nothing more can be sent on it.</summary>
    public bool Usable { get; private set; } = true;

    /// <summary>Sends one mail to one recipient.</summary>
    /// <param name="mail">The mail.</param>
    /// <param name="next">The one that is sent behind it: where the server takes that, its envelope goes with this one's end (RFC 2920 3.1). Null for none.</param>
    /// <param name="cancellationToken">Gives up; when the mail's end was sent, the outcome is unknown.</param>
    /// <returns>What became of it; cancellation and broken connections are told here too.</returns>
    public async Task<SmtpOutcome> SendAsync(SmtpMail mail, SmtpMail? next, CancellationToken cancellationToken)
    {
        if (TooLarge(mail) is { } refusal)
        {
            return refusal;
        }
        if (!MayBeNamed(mail))
        {
            // The last line of defence: nothing but one address goes into a command.
            throw new ArgumentException("an address of the envelope cannot stand in a command");
        }
        if (begun is not null && begun != mail)
        {
            return Broken(SmtpResult.Stale, "another mail was begun on the connection");
        }
        var stage = SmtpResult.Deferred;
        using var giveUp = patience.Within(cancellationToken);
        try
        {
            stage = sent++ > 0 ? SmtpResult.Stale : SmtpResult.Deferred;
            if (await EnvelopeAsync(Envelope(mail), () => stage = SmtpResult.Deferred) is { } no)
            {
                return no;
            }
            if (stream.HasUnread)
            {
                // It would be taken for the answer to the mail's end.
                throw new SmtpProtocolException("the mail server says more than it was asked");
            }
            var behind = offered.Pipelining && next is not null && TooLarge(next) is null && MayBeNamed(next) ? next : null;
            // With something behind the end nobody can tell how far it came when this breaks.
            stage = behind is null ? stage : SmtpResult.Unknown;
            await stream.WriteMailAsync(mail.Content, behind is null ? "" : string.Concat(Envelope(behind)), patience.For(settings.EndLimit));
            // From here on only the server knows.
            (stage, begun) = (SmtpResult.Unknown, behind);
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
        finally
        {
            patience.Rest();
        }
    }

    private SmtpOutcome? TooLarge(SmtpMail mail) => offered.Size is { } size && mail.Content.Length > size
        ? SmtpOutcome.Silent(SmtpResult.Refused, $"the mail has {mail.Content.Length} bytes, and the mail server takes at most {size}") : null;

    private string[] Envelope(SmtpMail mail) =>
        [$"MAIL FROM:<{mail.BounceAddress}>{(offered.Size is null ? "" : string.Create(CultureInfo.InvariantCulture, $" SIZE={mail.Content.Length}"))}\r\n", $"RCPT TO:<{mail.Recipient}>\r\n", "DATA\r\n"];

    /// <summary>Sends the envelope, in one go where the server takes that (RFC 2920), unless it was sent with the mail before; null when the mail may follow.</summary>
    private async Task<SmtpOutcome?> EnvelopeAsync(string[] commands, Action alive)
    {
        SmtpOutcome? refused = null;
        SmtpReply reply = null!;
        if (offered.Pipelining && begun is null)
        {
            await stream.WriteAsync(string.Concat(commands), patience.For(settings.CommandLimit));
        }
        begun = null;
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
            await EndRefusedAsync(reply.Code == 354);
        }
        return refused;
    }

    /// <summary>Makes the connection ready for another mail after this one was refused.</summary>
    private async Task EndRefusedAsync(bool dataOpen)
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

    private static bool MayBeNamed(SmtpMail mail) => IsPath(mail.BounceAddress) && IsPath(mail.Recipient);

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
        // Where a mail was begun a goodbye would be its first line.
        if (Usable && begun is null)
        {
            try
            {
                await stream.WriteAsync("QUIT\r\n", patience.For(TimeSpan.FromSeconds(1)));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // It is gone already.
            }
        }
        Usable = false;
        patience.Dispose();
        await stream.DisposeAsync();
    }

    /// <summary>How long each step may take: one alarm for the connection, set anew for each. Once it rang the connection is of no more use.</summary>
    private sealed class Patience(TimeProvider time) : IDisposable
    {
        private readonly CancellationTokenSource alarm = new(Timeout.InfiniteTimeSpan, time);

        /// <summary>Rings also when somebody gives up, until what is returned is disposed.</summary>
        public CancellationTokenRegistration Within(CancellationToken cancellationToken) => cancellationToken.UnsafeRegister(static alarm => ((CancellationTokenSource)alarm!).Cancel(), alarm);

        /// <summary>Begins a step.</summary>
        public CancellationToken For(TimeSpan span)
        {
            alarm.CancelAfter(span);
            return alarm.Token;
        }

        /// <summary>Nothing is waited for.</summary>
        public void Rest() => alarm.CancelAfter(Timeout.InfiniteTimeSpan);

        public void Dispose() => alarm.Dispose();
    }
}
