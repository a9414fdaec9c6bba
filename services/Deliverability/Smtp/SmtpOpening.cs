using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ContactPlatform.Deliverability.Smtp;

/// <summary>Opens connections: greeting, EHLO, STARTTLS, AUTH.</summary>
public sealed class SmtpOpening(SmtpSettings settings, TimeProvider time)
{
    /// <summary>Opens a connection on which mails can be sent.</summary>
    /// <exception cref="SmtpUnavailableException">There is none to be had.</exception>
    public async Task<SmtpConnection> OpenAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(settings.ConnectLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SmtpStream? stream = null;
        try
        {
            await socket.ConnectAsync(settings.Host, settings.Port, either.Token);
            stream = new SmtpStream(new NetworkStream(socket, ownsSocket: true));
            var offered = await GreetAsync(stream, upgraded => stream = upgraded, either.Token);
            return new SmtpConnection(stream, offered, settings, time);
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or CryptographicException or SmtpProtocolException or SmtpUnavailableException or OperationCanceledException)
        {
            await (stream?.DisposeAsync() ?? ValueTask.CompletedTask);
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw e as SmtpUnavailableException ?? new SmtpUnavailableException(e is OperationCanceledException ? "the mail server took too long to be ready" : e.Message, e);
        }
    }

    private async Task<SmtpOffers> GreetAsync(SmtpStream stream, Action<SmtpStream> replace, CancellationToken cancellationToken)
    {
        var isProtected = false;
        if (settings.Tls == SmtpTls.Implicit)
        {
            await ProtectAsync();
        }
        Require(await stream.ReadAsync(cancellationToken), "does not greet");
        var offered = await HelloAsync(stream, cancellationToken);
        if (settings.Tls == SmtpTls.StartTls || (settings.Tls == SmtpTls.WhenOffered && offered.StartTls))
        {
            if (!offered.StartTls)
            {
                throw new SmtpUnavailableException("the mail server does not offer STARTTLS, and Smtp:Tls asks for it");
            }
            Require(await CommandAsync(stream, "STARTTLS", cancellationToken), "does not begin TLS");
            if (stream.HasUnread)
            {
                // Somebody on the way would have them taken for answers that came protected (CVE-2011-0411 and its kin).
                throw new SmtpUnavailableException("the mail server's answer to STARTTLS is followed by more");
            }
            await ProtectAsync();
            // Whatever was offered before may have been changed on the way.
            offered = await HelloAsync(stream, cancellationToken);
        }
        if (settings.User is { Length: > 0 })
        {
            if (!isProtected)
            {
                throw new SmtpUnavailableException("Smtp:User is set, and the connection is not protected; passwords are not sent in the clear");
            }
            await AuthenticateAsync(stream, offered, cancellationToken);
        }
        return offered;

        async Task ProtectAsync()
        {
            var tls = new SslStream(stream.Inner);
            replace(stream = new SmtpStream(tls));
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = settings.Host, CertificateChainPolicy = Authority() }, cancellationToken);
            isProtected = true;
        }
    }

    private X509ChainPolicy? Authority()
    {
        if (settings.AuthorityFile is not { Length: > 0 } file)
        {
            return null;
        }
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy;
    }

    private async Task<SmtpOffers> HelloAsync(SmtpStream stream, CancellationToken cancellationToken)
    {
        var reply = await CommandAsync(stream, $"EHLO {settings.HelloName}", cancellationToken);
        if (reply.Code is >= 200 and < 300)
        {
            return SmtpOffers.Of(reply);
        }
        // A server from before 1993 (RFC 1425); it offers nothing.
        Require(await CommandAsync(stream, $"HELO {settings.HelloName}", cancellationToken), "does not take EHLO or HELO");
        return SmtpOffers.None;
    }

    /// <summary>RFC 4954 with RFC 4616, or with the older LOGIN where the server has nothing else.</summary>
    private async Task AuthenticateAsync(SmtpStream stream, SmtpOffers offered, CancellationToken cancellationToken)
    {
        var (user, password) = (settings.User!, settings.Password ?? "");
        if (offered.Mechanisms.Contains("PLAIN", StringComparer.OrdinalIgnoreCase))
        {
            Require(await CommandAsync(stream, $"AUTH PLAIN {Encode($"\0{user}\0{password}")}", cancellationToken), "does not take Smtp:User and its password");
        }
        else if (offered.Mechanisms.Contains("LOGIN", StringComparer.OrdinalIgnoreCase))
        {
            Require(await CommandAsync(stream, "AUTH LOGIN", cancellationToken), "does not begin AUTH LOGIN", goesOn: true);
            Require(await CommandAsync(stream, Encode(user), cancellationToken), "does not take Smtp:User", goesOn: true);
            Require(await CommandAsync(stream, Encode(password), cancellationToken), "does not take Smtp:User and its password");
        }
        else
        {
            throw new SmtpUnavailableException("the mail server offers neither AUTH PLAIN nor AUTH LOGIN, and Smtp:User is set");
        }

        static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    private static async Task<SmtpReply> CommandAsync(SmtpStream stream, string command, CancellationToken cancellationToken)
    {
        await stream.WriteAsync($"{command}\r\n", cancellationToken);
        return await stream.ReadAsync(cancellationToken);
    }

    private static void Require(SmtpReply reply, string otherwise, bool goesOn = false)
    {
        if (goesOn ? !reply.Positive : reply.Code is < 200 or >= 300)
        {
            throw new SmtpUnavailableException($"the mail server {otherwise}: {reply.Code} {reply.Text}");
        }
    }
}

/// <summary>What a server says that it can do (RFC 5321 4.1.1.1).</summary>
internal sealed record SmtpOffers(bool Pipelining, bool StartTls, long? Size, IReadOnlyList<string> Mechanisms)
{
    public static readonly SmtpOffers None = new(false, false, null, []);

    public static SmtpOffers Of(SmtpReply reply)
    {
        // The first line is the server's name.
        var words = reply.Lines.Skip(1).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(l => l.Length > 0).ToList();
        return new(
            words.Any(w => Is(w, "PIPELINING")),
            words.Any(w => Is(w, "STARTTLS")),
            words.FirstOrDefault(w => Is(w, "SIZE")) is [_, var size, ..] && long.TryParse(size, System.Globalization.NumberStyles.None, null, out var bytes) && bytes > 0 ? bytes : null,
            [.. words.Where(w => Is(w, "AUTH")).SelectMany(w => w.Skip(1))]);

        static bool Is(string[] words, string keyword) => words[0].Equals(keyword, StringComparison.OrdinalIgnoreCase);
    }
}
