using System.Net;
using System.Net.Sockets;
using System.Text;
using ContactPlatform.Deliverability.Smtp;
using ContactPlatform.MailSink;
using ContactPlatform.Testing;

namespace ContactPlatform.Deliverability.Tests.Smtp;

public sealed class SmtpConnectionTests
{
    private static readonly byte[] Mail = "Subject: x\r\n\r\n.dot\r\n..two\r\nend\r\n"u8.ToArray();

    /// <summary>What a server says or does where, and what became of the mail.</summary>
    public static TheoryData<SinkStep, string?, SmtpResult, int, string> Outcomes => new()
    {
        { SinkStep.From, "451 4.3.0 later", SmtpResult.Deferred, 451, "4.3.0" },
        { SinkStep.From, "550 5.7.1 not you", SmtpResult.Refused, 550, "5.7.1" },
        { SinkStep.Recipient, "450 4.2.1 greylisted", SmtpResult.Deferred, 450, "4.2.1" },
        { SinkStep.Recipient, "550 5.1.1 nobody here", SmtpResult.Refused, 550, "5.1.1" },
        { SinkStep.Recipient, "550 no codes", SmtpResult.Refused, 550, "" },
        { SinkStep.Recipient, "421 4.3.2 going down", SmtpResult.Deferred, 421, "4.3.2" },
        { SinkStep.Recipient, "250 really 5.1.1", SmtpResult.Accepted, 250, "2.0.0" },
        { SinkStep.Data, "452 4.3.1 full", SmtpResult.Deferred, 452, "4.3.1" },
        { SinkStep.End, "554 5.6.0 spam", SmtpResult.Refused, 554, "5.6.0" },
        { SinkStep.End, "451 4.7.0 later", SmtpResult.Deferred, 451, "4.7.0" },
        { SinkStep.End, "421 4.3.2 going down", SmtpResult.Deferred, 421, "4.3.2" },
        { SinkStep.End, "xyz", SmtpResult.Unknown, 0, "" },
        { SinkStep.End, "354 again", SmtpResult.Unknown, 0, "" },
        { SinkStep.From, null, SmtpResult.Deferred, 0, "" },
        { SinkStep.Recipient, null, SmtpResult.Deferred, 0, "" },
        { SinkStep.Data, null, SmtpResult.Deferred, 0, "" },
        { SinkStep.End, null, SmtpResult.Unknown, 0, "" },
    };

    [Theory]
    [MemberData(nameof(Outcomes))]
    public async Task An_outcome_says_no_more_than_is_known(SinkStep step, string? reply, SmtpResult result, int code, string enhanced)
    {
        foreach (var pipelining in new[] { true, false })
        {
            await using var sink = new SmtpSink(behaviour: new() { Pipelining = pipelining, Answer = (at, _) => at == step ? new(reply, Drop: reply is null) : null });
            await using var connection = await Open(sink);
            var outcome = await SendAsync(connection, "odd@example.com");
            (outcome.Result, outcome.Code == code || result == SmtpResult.Accepted, outcome.EnhancedCode).ShouldBe((result, true, enhanced), outcome.Text);
            // Where a refusal leaves the connection usable, the next mail goes over it.
            sink.Behaviour.Answer = (_, _) => null;
            connection.Usable.ShouldBe(code is not 0 and not 421);
            if (connection.Usable)
            {
                (await SendAsync(connection, "good@example.com")).Result.ShouldBe(SmtpResult.Accepted);
                sink.Mails.Last().To.ShouldBe(["good@example.com"]);
                sink.Connections.ShouldBe(1);
            }
        }
    }

    [Fact]
    public async Task A_mail_arrives_as_it_was_with_its_bounce_address()
    {
        await using var sink = new SmtpSink();
        await using var connection = await Open(sink);
        (await SendAsync(connection, "good@example.com")).Result.ShouldBe(SmtpResult.Accepted);
        var mail = sink.Mails.ShouldHaveSingleItem();
        (mail.From, mail.To.Single(), mail.Content).ShouldBe(("bounce@bounces.example", "good@example.com", Encoding.ASCII.GetString(Mail)));
    }

    [Fact]
    public async Task A_connection_that_was_closed_while_idle_is_told_apart()
    {
        await using var sink = new SmtpSink();
        await using var connection = await Open(sink);
        await SendAsync(connection, "good@example.com");
        sink.Behaviour.Answer = (step, _) => step == SinkStep.From ? new(Drop: true) : null;
        (await SendAsync(connection, "good@example.com")).Result.ShouldBe(SmtpResult.Stale);
        connection.Usable.ShouldBeFalse();
        sink.Behaviour.Answer = (_, _) => null;
        await using var another = await Open(sink);
        await SendAsync(another, "good@example.com");
        sink.Behaviour.Answer = (step, _) => step == SinkStep.From ? new("421 4.4.2 idle for too long") : null;
        (await SendAsync(another, "good@example.com")).Result.ShouldBe(SmtpResult.Stale);
        sink.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_envelope_of_the_next_mail_goes_with_the_end_of_the_one_before()
    {
        foreach (var pipelining in new[] { true, false })
        {
            var steps = new List<string>();
            await using var sink = new SmtpSink(behaviour: new()
            {
                Pipelining = pipelining,
                Answer = (step, address) =>
                {
                    steps.Add($"{step} {address}");
                    return step == SinkStep.Recipient && address == "no@example.com" ? new("550 5.1.1 nobody here") : null;
                },
            });
            await using var connection = await Open(sink);
            var mails = new[] { "one@example.com", "no@example.com", "two@example.com" }.Select(to => new SmtpMail($"b.{to}", to, Mail)).ToList();
            var outcomes = new List<SmtpResult>();
            for (var i = 0; i < mails.Count; i++)
            {
                outcomes.Add((await connection.SendAsync(mails[i], i + 1 < mails.Count ? mails[i + 1] : null, default)).Result);
            }
            outcomes.ShouldBe([SmtpResult.Accepted, SmtpResult.Refused, SmtpResult.Accepted]);
            sink.Mails.Select(m => (m.From, m.To.Single())).ShouldBe([("b.one@example.com", "one@example.com"), ("b.two@example.com", "two@example.com")]);
            (sink.Connections, connection.Usable, steps.Count(s => s.StartsWith("From", StringComparison.Ordinal))).ShouldBe((1, true, 3));
        }
    }

    [Fact]
    public async Task Of_two_mails_on_a_connection_that_breaks_the_second_was_not_sent()
    {
        await using var sink = new SmtpSink(behaviour: new() { Answer = (step, to) => step == SinkStep.End && to == "one@example.com" ? new(Drop: true) : null });
        SmtpMail one = new("b@bounces.example", "one@example.com", Mail), two = one with { Recipient = "two@example.com" }, three = one with { Recipient = "three@example.com" };
        await using var broken = await Open(sink);
        (await broken.SendAsync(one, two, default)).Result.ShouldBe(SmtpResult.Unknown);
        broken.Usable.ShouldBeFalse();
        // The server takes one more and says goodbye to what was begun behind it; another mail than the one that was begun goes over no connection.
        sink.Behaviour.Answer = (step, _) => step == SinkStep.From && sink.Count > 1 ? new("421 4.3.2 enough") : null;
        await using var full = await Open(sink);
        (await full.SendAsync(two, three, default)).Result.ShouldBe(SmtpResult.Accepted);
        (await full.SendAsync(three, null, default)).Result.ShouldBe(SmtpResult.Stale);
        sink.Behaviour.Answer = (_, _) => null;
        await using (var other = await Open(sink))
        {
            (await other.SendAsync(two, three, default)).Result.ShouldBe(SmtpResult.Accepted);
            (await other.SendAsync(one, null, default)).Result.ShouldBe(SmtpResult.Stale);
            other.Usable.ShouldBeFalse();
        }
        sink.Mails.Select(m => m.To.Single()).ShouldBe(["one@example.com", "two@example.com", "two@example.com"]);
    }

    [Theory]
    [InlineData("b@bounces.example>\r\nRCPT TO:<x@example.com", "good@example.com")]
    [InlineData("b@bounces.example", "good@example.com\r\nDATA")]
    [InlineData("b@bounces.example", "a b@example.com")]
    [InlineData("b@bounces.example", "ä@example.com")]
    [InlineData("b@bounces.example", "")]
    public async Task Nothing_but_one_address_goes_into_a_command(string from, string to)
    {
        await using var sink = new SmtpSink();
        await using var connection = await Open(sink);
        await Should.ThrowAsync<ArgumentException>(() => connection.SendAsync(new(from, to, Mail), null, default));
        (connection.Usable, sink.Count).ShouldBe((true, 0L));
    }

    [Theory]
    [InlineData(SinkStep.From, false)]
    [InlineData(SinkStep.Recipient, true)]
    [InlineData(SinkStep.End, true)]
    public async Task A_refusal_is_the_recipients_once_it_was_named(SinkStep step, bool ofRecipient)
    {
        await using var sink = new SmtpSink(behaviour: new() { Answer = (at, _) => at == step ? new("554 no") : null });
        await using var connection = await Open(sink);
        (await SendAsync(connection, "odd@example.com")).OfRecipient.ShouldBe(ofRecipient);
    }

    [Fact]
    public async Task A_server_that_says_more_than_it_was_asked_is_given_no_mail()
    {
        await using var sink = new SmtpSink(behaviour: new() { Pipelining = false, Answer = (at, _) => at == SinkStep.Data ? new("354 go\r\n250 2.0.0 taken already") : null });
        await using var connection = await Open(sink);
        (await SendAsync(connection, "good@example.com")).Result.ShouldBe(SmtpResult.Deferred);
        (connection.Usable, sink.Count).ShouldBe((false, 0L));
    }

    [Fact]
    public async Task A_slow_server_is_given_up_and_what_it_was_given_is_unknown()
    {
        await using var sink = new SmtpSink(behaviour: new() { Answer = (step, to) => step == SinkStep.End || to == "slow@example.com" ? new(Delay: TimeSpan.FromSeconds(30)) : null });
        var settings = new SmtpSettings { Host = "127.0.0.1", Port = sink.Port, Tls = SmtpTls.None, CommandLimit = TimeSpan.FromSeconds(0.2), EndLimit = TimeSpan.FromSeconds(0.2) };
        await using (var connection = await new SmtpOpening(settings, TimeProvider.System).OpenAsync(default))
        {
            (await SendAsync(connection, "slow@example.com")).Result.ShouldBe(SmtpResult.Deferred);
        }
        await using (var connection = await new SmtpOpening(settings, TimeProvider.System).OpenAsync(default))
        {
            (await SendAsync(connection, "good@example.com")).Result.ShouldBe(SmtpResult.Unknown);
        }
        await using (var connection = await Open(sink))
        {
            using var impatient = new CancellationTokenSource(TimeSpan.FromSeconds(0.2));
            (await connection.SendAsync(new("b@bounces.example", "good@example.com", Mail), null, impatient.Token)).Result.ShouldBe(SmtpResult.Unknown);
        }
    }

    [Fact]
    public async Task A_mail_larger_than_the_server_takes_is_not_begun()
    {
        await using var sink = new SmtpSink();
        await using var connection = await Open(sink);
        (await connection.SendAsync(new("b@bounces.example", "good@example.com", new byte[52428801]), null, default)).Result.ShouldBe(SmtpResult.Refused);
        connection.Usable.ShouldBeTrue();
    }

    [Theory]
    [InlineData("hello\r\n")]
    [InlineData("554 no\r\n")]
    [InlineData("220-a\r\n250 b\r\n")]
    [InlineData("354 x\r\n250 y\r\n")]
    [InlineData("220 x\r\n250-x\r\n250 STARTTLS\r\n220 go\r\n250 injected\r\n")]
    [InlineData("long line")]
    [InlineData("many lines")]
    [InlineData("")]
    public async Task A_server_that_talks_nonsense_is_left(string script)
    {
        var said = script switch
        {
            "long line" => "220 " + new string('x', 5000),
            "many lines" => string.Concat(Enumerable.Repeat("220-x\r\n", 200)),
            _ => script,
        };
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(said));
            await client.GetStream().CopyToAsync(Stream.Null);
        });
        var settings = new SmtpSettings { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, ConnectLimit = TimeSpan.FromSeconds(0.5) };
        await Should.ThrowAsync<SmtpUnavailableException>(() => new SmtpOpening(settings, TimeProvider.System).OpenAsync(default));
        await serving;
    }

    [Fact]
    public async Task Where_nobody_listens_nothing_is_sent() =>
        await Should.ThrowAsync<SmtpUnavailableException>(() => new SmtpOpening(new() { Host = "127.0.0.1", Port = FreePort.Next() }, TimeProvider.System).OpenAsync(default));

    [Fact]
    public void Texts_of_servers_are_kept_printable_and_short()
    {
        var reply = SmtpReply.Of([$"550-5.1.1 \u0007bell\t{new string('x', 600)}", "550 5.1.1 end"]).ShouldNotBeNull();
        (reply.Code, reply.EnhancedCode, reply.Text.Length).ShouldBe((550, "5.1.1", SmtpReply.MaximumText));
        reply.Text.ShouldStartWith("5.1.1 ?bell?x");
        SmtpReply.Of(["550 4.1.1 codes that disagree"])!.EnhancedCode.ShouldBe("");
    }

    private static Task<SmtpConnection> Open(SmtpSink sink) => new SmtpOpening(new() { Host = "127.0.0.1", Port = sink.Port, Tls = SmtpTls.None }, TimeProvider.System).OpenAsync(default);

    private static Task<SmtpOutcome> SendAsync(SmtpConnection connection, string to) => connection.SendAsync(new("bounce@bounces.example", to, Mail), null, default);
}
