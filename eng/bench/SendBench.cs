using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.MailSink;
using ContactPlatform.Testing;

namespace ContactPlatform.Bench;

/// <summary>
/// Messages that wait, of four senders, until the last is with the mail server, against the same mails, made before, on as
/// many connections. The server answers as fast as it can and keeps nothing, so the service's work shows in full.
/// </summary>
internal static class SendBench
{
    private const int Connections = 8;
    private const int Senders = 4;
    private const int PerTransmission = 1_000;

    /// <summary>Mails that a connection has reserved at a time: the service's default.</summary>
    private const int PerGroup = 16;

    private static int _requests;

    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Sending__Connections"] = Connections.ToString(CultureInfo.InvariantCulture),
        // No sender waits for its rate.
        ["Sending__PerSenderPerSecond"] = "1000000",
        ["Sending__Lease"] = null,
        ["Smtp__CommandLimit"] = null,
        ["Smtp__EndLimit"] = null,
    };

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var bed = await MailBed.StartAsync(run.Size, cancellationToken, Settings);
        var sink = bed.Host.Mail;
        sink.Behaviour.Kept = 1;
        BenchRun.Progress("warming up");
        // A whole round: a service that has just started compiles while it sends, which took half of its processor time.
        await SendAsync(bed, run.Size, cancellationToken);
        var (work, limit) = (new List<double>(), new List<double>());
        for (var round = 1; round <= run.Rounds; round++)
        {
            await OwnStack.ExecuteAsync(bed.Database, cancellationToken, "TRUNCATE messages, transmissions, transmission_contents, delivery_events, outbox, requests",
                "UPDATE addresses SET last_sent_time = NULL, version = 0", "VACUUM (ANALYZE) messages, addresses, senders", "CHECKPOINT");
            bed.Memory.Begin();
            var seconds = await SendAsync(bed, run.Size, cancellationToken);
            var peaks = bed.Memory.End();
            await CheckAsync(bed, run.Size, cancellationToken);
            BenchRun.Sample("messages", seconds, "s");
            bed.Processor.Sample();
            peaks();
            work.Add(seconds);

            sink.Behaviour.Kept = 1;
            bed.Processor.Begin();
            limit.Add(await PlainAsync(sink, sink.Mails.Last(), run.Size, cancellationToken));
            BenchRun.Sample("SMTP alone", limit[^1], "s");
            bed.Processor.Sample();

            bed.Processor.Begin();
            var durable = await DurableSend.RunAsync(bed, run.Size, Connections * PerGroup, cancellationToken);
            BenchRun.Sample("what must be durable of them, in SQL alone", durable, "s");
            BenchRun.Sample("both, one after the other", limit[^1] + durable, "s");
            bed.Processor.Sample();
        }
        return Outcome.ByTurns(work, limit, "s");
    }

    /// <summary>Queues messages while no sender's turn comes, and takes the time from when it does.</summary>
    private static async Task<double> SendAsync(MailBed bed, int count, CancellationToken cancellationToken)
    {
        var sink = bed.Host.Mail;
        await bed.Stack.RenewHeadersAsync(cancellationToken);
        await OwnStack.ExecuteAsync(bed.Database, cancellationToken,
            "CREATE OR REPLACE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.due_time = NULL; RETURN NEW; END $$",
            "CREATE OR REPLACE TRIGGER hold BEFORE UPDATE ON senders FOR EACH ROW EXECUTE FUNCTION hold()");
        foreach (var (i, part) in Enumerable.Range(1, count - 1).Chunk(PerTransmission).Index())
        {
            await QueueAsync(bed, i % Senders, part, cancellationToken);
        }
        await OwnStack.ExecuteAsync(bed.Database, cancellationToken, "DROP TRIGGER hold ON senders", "VACUUM (ANALYZE) messages", "CHECKPOINT");
        var before = sink.Count;
        bed.Processor.Begin();
        var started = Stopwatch.GetTimestamp();
        await OwnStack.ExecuteAsync(bed.Database, cancellationToken, "UPDATE senders SET due_time = now()");
        // The last one wakes the service.
        await QueueAsync(bed, 0, [count], cancellationToken);
        while (sink.Count - before < count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(20))
            {
                throw new BenchException($"of {count} messages {sink.Count - before} arrived in 20 minutes");
            }
        }
        // The last results are written, too.
        while (await bed.NumberAsync("SELECT COUNT(*) FROM messages WHERE state IN (1, 2)", cancellationToken) > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task QueueAsync(MailBed bed, int sender, IEnumerable<int> persons, CancellationToken cancellationToken) =>
        await new TransmissionService.TransmissionServiceClient(bed.Host.Service.Channel).CreateTransmissionAsync(new()
        {
            Transmission = new() { FromEmail = string.Create(CultureInfo.InvariantCulture, $"shop{sender}@example.org"), FromName = "The Shop", TrackOpens = true, TrackClicks = true },
            Content = new()
            {
                Subject = "News for {{email}}",
                Text = "Hello {{email}},\n\nthis is what is new this week. There is much to tell, and {{name}} gets it first.\n\n{{unsubscribe_url}}\n",
                Html = "<body><h1>Hello {{email}}</h1><p>This is what is new this week. There is much to tell, and {{name}} gets it first.</p><p><a href=\"https://shop.example/news?for={{name}}\">Read on</a></p><p><a href=\"{{unsubscribe_url}}\">Unsubscribe</a></p></body>",
            },
            Variables = { ["name"] = "everybody" },
            Recipients = { persons.Select(id => new Recipient { Email = string.Create(CultureInfo.InvariantCulture, $"person{id}@crowd.example") }) },
            RequestId = string.Create(CultureInfo.InvariantCulture, $"bench {Interlocked.Increment(ref _requests)}"),
        }, bed.Stack.Headers, cancellationToken: cancellationToken);

    private static async Task CheckAsync(MailBed bed, int count, CancellationToken cancellationToken)
    {
        BenchRun.Check("messages sent", await bed.NumberAsync($"SELECT COUNT(*) FROM messages WHERE state = {(int)MessageState.Sent} AND attempt_count = 1 AND smtp_code = 250", cancellationToken), count);
        BenchRun.Check("events", await bed.NumberAsync($"SELECT COUNT(*) FROM delivery_events WHERE kind = {(int)DeliveryEventKind.Sent}", cancellationToken), count);
        BenchRun.Check("addresses that know of it", await bed.NumberAsync("SELECT COUNT(*) FROM addresses WHERE last_sent_time IS NOT NULL", cancellationToken), count);
        BenchRun.Check("changes of the feed", await bed.NumberAsync("SELECT CASE WHEN COUNT(*) > 0 THEN 1 ELSE 0 END FROM outbox", cancellationToken), 1);
    }

    /// <summary>Hands the same mail over and over, commands in one go as the service does it.</summary>
    private static async Task<double> PlainAsync(SmtpSink sink, SinkMail mail, int count, CancellationToken cancellationToken)
    {
        var content = Encoding.Latin1.GetBytes(mail.Content);
        var envelope = Encoding.ASCII.GetBytes($"MAIL FROM:<{mail.From}> SIZE={content.Length}\r\nRCPT TO:<{mail.To[0]}>\r\nDATA\r\n");
        var before = sink.Count;
        var left = new ConcurrentQueue<int>(Enumerable.Range(0, count));
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            using var client = new TcpClient("127.0.0.1", sink.Port) { NoDelay = true };
            await using var stream = client.GetStream();
            var (buffer, lines) = (new byte[4096], 0);
            await ReadAsync(1);
            await stream.WriteAsync("EHLO bench.example\r\n"u8.ToArray(), cancellationToken);
            await ReadAsync(4);
            while (left.TryDequeue(out var _))
            {
                await stream.WriteAsync(envelope, cancellationToken);
                await ReadAsync(3);
                await stream.WriteAsync(content, cancellationToken);
                await stream.WriteAsync(".\r\n"u8.ToArray(), cancellationToken);
                await ReadAsync(1);
            }

            // Counts lines; the sink's answers are known.
            async Task ReadAsync(int wanted)
            {
                for (lines = 0; lines < wanted;)
                {
                    var read = await stream.ReadAsync(buffer, cancellationToken);
                    lines += read > 0 ? buffer.AsSpan(0, read).Count((byte)'\n') : throw new BenchException("the mail server closed the connection");
                }
            }
        }, cancellationToken)));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        BenchRun.Check("mails that arrived", sink.Count - before, count);
        return seconds;
    }
}
