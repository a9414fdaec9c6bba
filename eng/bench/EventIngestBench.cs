using System.Diagnostics;
using System.Globalization;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;
using Npgsql;

namespace ContactPlatform.Bench;

/// <summary>
/// Events of all kinds from one stream, a tenth of them told twice, against COPY of the rows that they leave: events,
/// addresses, and the feed. Both begin with the same addresses, of which nothing is known, and end with the same rows.
/// </summary>
internal static class EventIngestBench
{
    private const int PerAddress = 10;
    private const int PerPart = 4_000;
    private const int Distance = 50_000;

    private static readonly string[] Tables = ["delivery_events", "addresses", "outbox"];

    private static readonly (string Code, string Text)[] Failures =
    [
        ("5.1.1", "smtp; 550 5.1.1 The email account that you tried to reach does not exist"), ("5.2.2", "smtp; 552 5.2.2 mailbox is over its quota"),
        ("4.4.1", "smtp; connect to mx.crowd.example: connection timed out"), ("5.7.1", "smtp; 554 5.7.1 message refused because of its content"), ("", "smtp; 550 no such user here"),
    ];

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var bed = await MailBed.StartAsync(Math.Max(1, run.Size / PerAddress), cancellationToken);
        BenchRun.Progress("warming up");
        for (var i = 0; i < 2; i++)
        {
            await TellAsync(bed, Parts(Math.Min(run.Size, 20_000), run.Size), cancellationToken);
            await EmptyAsync(bed, cancellationToken);
        }
        var parts = Parts(run.Size, run.Size);
        var told = run.Size - parts.SelectMany(p => p.Events).Select(e => e.EventKey).Distinct().Count();
        var (work, limit) = (new List<double>(), new List<double>());
        for (var round = 1; round <= run.Rounds; round++)
        {
            bed.Memory.Begin();
            bed.Processor.Begin();
            var (reply, seconds) = await TellAsync(bed, parts, cancellationToken);
            var peaks = bed.Memory.End();
            BenchRun.Check("events acknowledged", reply.AcknowledgedCount, run.Size);
            BenchRun.Check("events told twice", reply.DuplicateCount, told);
            BenchRun.Check("events refused", reply.RefusedCount, 0);
            await CheckAsync(bed, run.Size - told, cancellationToken);
            BenchRun.Sample("events", seconds, "s");
            bed.Processor.Sample();
            peaks();
            work.Add(seconds);

            var before = await DigestAsync(bed, cancellationToken);
            bed.Processor.Begin();
            limit.Add(await CopyAsync(bed, cancellationToken));
            bed.Processor.Sample();
            BenchRun.Check("the same rows", await DigestAsync(bed, cancellationToken), before);
            BenchRun.Sample("COPY", limit[^1], "s");
            await EmptyAsync(bed, cancellationToken);
        }
        return Outcome.ByTurns(work, limit, "s");
    }

    private static async Task<(IngestEventsResponse Reply, double Seconds)> TellAsync(MailBed bed, IReadOnlyList<IngestEventsRequest> parts, CancellationToken cancellationToken)
    {
        var events = new DeliveryEventService.DeliveryEventServiceClient(bed.Host.Service.Channel);
        await bed.Stack.RenewHeadersAsync(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        using var call = events.IngestEvents(bed.Stack.Headers, cancellationToken: cancellationToken);
        foreach (var part in parts)
        {
            await call.RequestStream.WriteAsync(part, cancellationToken);
        }
        await call.RequestStream.CompleteAsync();
        return (await call, Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Events as a relay tells them: most messages arrive, some are opened and clicked, few fail.</summary>
    private static List<IngestEventsRequest> Parts(int count, int size)
    {
        var random = new Random(1);
        var now = TimeProvider.System.GetUtcNow();
        var events = new List<DeliveryEventInput>(count);
        for (var i = 0; i < count; i++)
        {
            // Of those at the beginning there is nothing before them that could be told again.
            if (i > 100 && random.Next(9) == 0 && events.Count < count)
            {
                events.Add(events[Math.Max(0, i - 1 - random.Next(Distance))]);
                continue;
            }
            var person = 1 + random.Next(Math.Max(1, size / PerAddress));
            var kind = random.Next(100) switch
            {
                < 40 => DeliveryEventKind.Delivered, < 55 => DeliveryEventKind.Sent, < 80 => DeliveryEventKind.Opened, < 90 => DeliveryEventKind.Clicked,
                < 97 => DeliveryEventKind.Failed, < 99 => DeliveryEventKind.Delayed, _ => random.Next(3) == 0 ? DeliveryEventKind.Complained : DeliveryEventKind.Unsubscribed,
            };
            var input = new DeliveryEventInput
            {
                EventKey = string.Create(CultureInfo.InvariantCulture, $"{i:x8}-{random.Next():x8}"), Kind = kind, Address = string.Create(CultureInfo.InvariantCulture, $"person{person}@crowd.example"),
                EventTime = Timestamp.FromDateTimeOffset(now.AddSeconds(-random.Next(1_000_000))), MessageReference = string.Create(CultureInfo.InvariantCulture, $"<{person}.{random.Next(4)}@relay.example>"),
                Machine = kind is DeliveryEventKind.Opened && random.Next(3) == 0,
            };
            if (kind is DeliveryEventKind.Failed or DeliveryEventKind.Delayed)
            {
                (input.EnhancedCode, input.Diagnostic) = Failures[kind is DeliveryEventKind.Delayed ? 2 : random.Next(Failures.Length)];
                input.RemoteHost = "mx.crowd.example";
            }
            events.Add(input);
        }
        return [.. events.Chunk(PerPart).Select(part => new IngestEventsRequest { Source = "relay", Events = { part } })];
    }

    private static Task EmptyAsync(MailBed bed, CancellationToken cancellationToken) => OwnStack.ExecuteAsync(bed.Database, cancellationToken,
        "CREATE TABLE IF NOT EXISTS plain_addresses AS SELECT account_id, address_id, address FROM addresses", "TRUNCATE delivery_events, outbox, addresses",
        "INSERT INTO addresses (account_id, address_id, address, status, version) SELECT account_id, address_id, address, 1, 0 FROM plain_addresses",
        "VACUUM (ANALYZE) delivery_events, outbox, addresses", "CHECKPOINT");

    private static async Task CheckAsync(MailBed bed, long stored, CancellationToken cancellationToken)
    {
        BenchRun.Check("events in the table", await bed.NumberAsync("SELECT COUNT(*) FROM delivery_events", cancellationToken), stored);
        // The latest event of each kind is what is known of the address.
        BenchRun.Check("addresses that do not know when they were delivered to", await bed.NumberAsync(
            $"""
            SELECT COUNT(*) FROM addresses a JOIN (SELECT account_id, address_id, MAX(event_time) AS latest FROM delivery_events WHERE kind = {(int)DeliveryEventKind.Delivered} GROUP BY 1, 2) e
              USING (account_id, address_id) WHERE a.delivered_time IS DISTINCT FROM e.latest
            """, cancellationToken), 0);
        BenchRun.Check("contacts that nobody was told of", await bed.NumberAsync(
            "SELECT COUNT(*) FROM addresses WHERE last_sent_time IS NOT NULL AND (SELECT COUNT(*) FROM outbox) = 0", cancellationToken), 0);
    }

    private static Task<long> DigestAsync(MailBed bed, CancellationToken cancellationToken) => bed.NumberAsync(
        $"SELECT {string.Join(" # ", Tables.Select(t => $"(SELECT COALESCE(BIT_XOR(hashtextextended(t::text, 0)), 0) FROM {t} t)"))}", cancellationToken);

    /// <summary>Takes the rows out, and has them copied into the tables that they came from.</summary>
    private static async Task<double> CopyAsync(MailBed bed, CancellationToken cancellationToken)
    {
        await using var connection = await bed.OpenAsync(cancellationToken);
        var rows = new List<List<byte[]>>();
        foreach (var table in Tables)
        {
            // In the order in which they were written.
            await using var from = await connection.BeginRawBinaryCopyAsync($"COPY {table} TO STDOUT (FORMAT BINARY)", cancellationToken);
            rows.Add(await ReadAsync(from, cancellationToken));
        }
        await OwnStack.ExecuteAsync(bed.Database, cancellationToken, "TRUNCATE delivery_events, outbox, addresses", "VACUUM delivery_events, outbox, addresses", "CHECKPOINT");
        var started = Stopwatch.GetTimestamp();
        foreach (var (table, parts) in Tables.Zip(rows))
        {
            await using var to = await connection.BeginRawBinaryCopyAsync($"COPY {table} FROM STDIN (FORMAT BINARY)", cancellationToken);
            foreach (var part in parts)
            {
                await to.WriteAsync(part, cancellationToken);
            }
        }
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<List<byte[]>> ReadAsync(NpgsqlRawCopyStream from, CancellationToken cancellationToken)
    {
        var parts = new List<byte[]>();
        var buffer = new byte[256 << 10];
        for (int read; (read = await from.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            parts.Add(buffer[..read]);
        }
        return parts;
    }
}
