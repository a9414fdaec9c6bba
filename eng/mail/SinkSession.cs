using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ContactPlatform.MailSink;

/// <summary>One connection's conversation.</summary>
internal sealed class SinkSession(SmtpSink sink, Stream stream)
{
    private const int MaximumMail = 50 << 20;

    private readonly byte[] buffer = new byte[16 << 10];
    private int start;
    private int end;
    private Stream stream = stream;
    private bool isProtected;
    private bool isKnown;
    private string? from;
    private List<string> to = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (sink.Behaviour is { ImplicitTls: true, Certificate: { } certificate })
        {
            await ProtectAsync(certificate, cancellationToken);
        }
        if (!await SayAsync(SinkStep.Connected, "", "220 sink.example ready", cancellationToken))
        {
            return;
        }
        while (await ReadLineAsync(cancellationToken) is { } line && await ObeyAsync(line, cancellationToken))
        {
        }
    }

    private async Task<bool> ObeyAsync(string line, CancellationToken cancellationToken)
    {
        var behaviour = sink.Behaviour;
        switch (line.ToUpperInvariant())
        {
            case var hello when hello.StartsWith("EHLO", StringComparison.Ordinal):
                (from, to) = (null, []);
                var offers = new List<string> { "sink.example", "SIZE 52428800", "ENHANCEDSTATUSCODES" };
                if (behaviour.Pipelining)
                {
                    offers.Add("PIPELINING");
                }
                if (behaviour.Certificate is not null && !isProtected)
                {
                    offers.Add("STARTTLS");
                }
                if (behaviour.Login is not null)
                {
                    offers.Add($"AUTH {behaviour.Mechanism}");
                }
                await WriteAsync(string.Concat(offers.Select((o, i) => $"250{(i == offers.Count - 1 ? ' ' : '-')}{o}\r\n")), cancellationToken);
                return true;
            case "STARTTLS" when behaviour.Certificate is { } certificate:
                await WriteAsync("220 go ahead\r\n", cancellationToken);
                await ProtectAsync(certificate, cancellationToken);
                return true;
            case var auth when auth.StartsWith("AUTH ", StringComparison.Ordinal):
                isKnown = await AuthenticateAsync(line, cancellationToken);
                await WriteAsync(isKnown ? "235 2.7.0 welcome\r\n" : "535 5.7.8 who are you\r\n", cancellationToken);
                return true;
            case var mail when mail.StartsWith("MAIL FROM:<", StringComparison.Ordinal):
                if (behaviour.Login is not null && !isKnown)
                {
                    await WriteAsync("530 5.7.0 who are you\r\n", cancellationToken);
                    return true;
                }
                from = Address(line);
                to = [];
                return await SayAsync(SinkStep.From, from, "250 2.1.0 ok", cancellationToken, no: () => from = null);
            case var recipient when recipient.StartsWith("RCPT TO:<", StringComparison.Ordinal):
                if (from is null)
                {
                    await WriteAsync("503 5.5.1 MAIL first\r\n", cancellationToken);
                    return true;
                }
                var address = Address(line);
                to.Add(address);
                return await SayAsync(SinkStep.Recipient, address, "250 2.1.5 ok", cancellationToken, no: () => to.Remove(address));
            case "DATA":
                if (to.Count == 0)
                {
                    await WriteAsync("503 5.5.1 no valid recipients\r\n", cancellationToken);
                    return true;
                }
                var go = true;
                return await SayAsync(SinkStep.Data, to[0], "354 go ahead", cancellationToken, no: () => go = false) && (!go || await TakeAsync(cancellationToken));
            case "RSET":
                (from, to) = (null, []);
                await WriteAsync("250 2.0.0 ok\r\n", cancellationToken);
                return true;
            case "QUIT":
                await WriteAsync("221 2.0.0 bye\r\n", cancellationToken);
                return false;
            default:
                await WriteAsync("500 5.5.2 what\r\n", cancellationToken);
                return true;
        }
    }

    private async Task ProtectAsync(X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancellationToken);
        (stream, isProtected) = (tls, true);
    }

    private async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        var content = new StringBuilder();
        while (await ReadLineAsync(cancellationToken) is { } line)
        {
            if (line != ".")
            {
                content.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
                if (content.Length > MaximumMail)
                {
                    return false;
                }
                continue;
            }
            var answer = sink.Behaviour.Answer(SinkStep.End, to[0]);
            var taken = answer?.Reply is not [>= '4', ..];
            var mail = taken ? sink.Take(from!, to, content.ToString()) : null;
            (from, to) = (null, []);
            return await SayAsync(answer, $"250 2.0.0 mail {mail?.Number}", cancellationToken);
        }
        return false;
    }

    private async Task<bool> AuthenticateAsync(string line, CancellationToken cancellationToken)
    {
        var (user, password) = ("", "");
        if (line.StartsWith("AUTH PLAIN ", StringComparison.OrdinalIgnoreCase))
        {
            var parts = Decode(line["AUTH PLAIN ".Length..]).Split('\0');
            (user, password) = (parts[1], parts[2]);
        }
        else
        {
            await WriteAsync("334 VXNlcm5hbWU6\r\n", cancellationToken);
            user = Decode(await ReadLineAsync(cancellationToken) ?? "");
            await WriteAsync("334 UGFzc3dvcmQ6\r\n", cancellationToken);
            password = Decode(await ReadLineAsync(cancellationToken) ?? "");
        }
        return sink.Behaviour.Login == (user, password);

        static string Decode(string text) => Encoding.UTF8.GetString(Convert.FromBase64String(text));
    }

    private Task<bool> SayAsync(SinkStep step, string address, string usual, CancellationToken cancellationToken, Action? no = null) =>
        SayAsync(sink.Behaviour.Answer(step, address), usual, cancellationToken, no);

    private async Task<bool> SayAsync(SinkAnswer? answer, string usual, CancellationToken cancellationToken, Action? no = null)
    {
        if (answer?.Delay > TimeSpan.Zero)
        {
            await Task.Delay(answer.Delay, TimeProvider.System, cancellationToken);
        }
        if (answer?.Drop == true)
        {
            return false;
        }
        if (answer?.Reply is [>= '4', ..])
        {
            no?.Invoke();
        }
        await WriteAsync($"{answer?.Reply ?? usual}\r\n", cancellationToken);
        return answer?.Reply?.StartsWith("421", StringComparison.Ordinal) != true;
    }

    private static string Address(string line) => line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];

    private async Task WriteAsync(string text, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    private async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        while (true)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                line.Append(SinkMail.Text(buffer.AsSpan(start, length)));
                start += length + 1;
                return line.Length > 0 && line[^1] == '\r' ? line.ToString(0, line.Length - 1) : line.ToString();
            }
            line.Append(SinkMail.Text(buffer.AsSpan(start, end - start)));
            if (line.Length > MaximumMail)
            {
                return null;
            }
            (start, end) = (0, await stream.ReadAsync(buffer, cancellationToken));
            if (end == 0)
            {
                return null;
            }
        }
    }
}
