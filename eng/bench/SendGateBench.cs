using System.Data;
using System.Diagnostics;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;
using Npgsql;
using NpgsqlTypes;

namespace ContactPlatform.Bench;

/// <summary>
/// CheckSendable about 100 contacts by 64 callers, against one statement that reads what the answer depends on, from 32
/// connections. A tenth of the contacts are on the suppression list.
/// </summary>
internal static class SendGateBench
{
    private const int Callers = 64;
    private const int Connections = 32;
    private const int Contacts = 100_000;
    private const int Batch = 100;
    private const int Suppressed = 10;

    private const string Read = """
        SELECT c.contact_id, a.complaint_time, a.not_spam_time, a.unsubscribed_time, a.resubscribed_time, a.contact_unsubscribed_time, a.contact_resubscribed_time, a.suppressed_time,
          a.suppression_removed_time, a.does_not_exist_time, a.does_not_exist_cleared_time, a.mailbox_full_time, a.unavailable_time, a.delivered_time, a.last_sent_time
        FROM unnest(@ids) AS k(id) JOIN contact_addresses c ON c.account_id = @account AND c.contact_id = k.id
        JOIN addresses a ON a.account_id = @account AND a.address_id = c.address_id WHERE c.delete_time IS NULL
        """;

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var bed = await MailBed.StartAsync(Contacts, cancellationToken);
        await OwnStack.ExecuteAsync(bed.Database, cancellationToken,
            $"UPDATE addresses SET suppressed_time = now(), status = {(int)DeliverabilityStatus.UnsubscribedByUs} WHERE address_id % {Suppressed} = 0",
            $"UPDATE addresses SET delivered_time = now(), first_delivered_time = now(), last_sent_time = now(), status = {(int)DeliverabilityStatus.Active} WHERE address_id % {Suppressed} <> 0", "VACUUM (ANALYZE) addresses");
        BenchRun.Progress("warming up");
        await CallAsync(bed, run.Size, cancellationToken);
        await PlainAsync(bed, run.Size / 4, cancellationToken);
        var (work, limit) = (new List<double>(), new List<double>());
        for (var round = 1; round <= run.Rounds; round++)
        {
            await bed.Stack.RenewHeadersAsync(cancellationToken);
            bed.Memory.Begin();
            bed.Processor.Begin();
            work.Add(await TimedAsync(() => CallAsync(bed, run.Size, cancellationToken), run.Size));
            var peaks = bed.Memory.End();
            BenchRun.Sample("CheckSendable, a call in its turn", work[^1], "ms");
            bed.Processor.Sample();
            peaks();
            bed.Processor.Begin();
            limit.Add(await TimedAsync(() => PlainAsync(bed, run.Size, cancellationToken), run.Size));
            BenchRun.Sample("plain SQL", limit[^1], "ms");
            bed.Processor.Sample();
        }
        return Outcome.ByTurns(work, limit, "ms");
    }

    /// <summary>Milliseconds after which, on the average, the next call is done.</summary>
    private static async Task<double> TimedAsync(Func<Task<long>> work, int count)
    {
        var started = Stopwatch.GetTimestamp();
        BenchRun.Check("contacts that may be written to", await work(), (long)count * Batch * (Suppressed - 1) / Suppressed);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds / count;
    }

    /// <summary>Which contacts a call is about: they lie everywhere, and a tenth of them are suppressed.</summary>
    private static long[] Turn(int number)
    {
        var ids = new long[Batch];
        for (var i = 0; i < Batch; i++)
        {
            // A step that shares no divisor with the number of contacts.
            ids[i] = 1 + ((((long)number * Batch) + i) * 7919 % Contacts);
        }
        return ids;
    }

    private static async Task<long> CallAsync(MailBed bed, int count, CancellationToken cancellationToken)
    {
        var gate = new SendabilityService.SendabilityServiceClient(bed.Host.Service.Channel);
        var next = 0;
        return (await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            var sendable = 0L;
            for (int turn; (turn = Interlocked.Increment(ref next)) <= count;)
            {
                var reply = await gate.CheckSendableAsync(new() { ContactIds = { Turn(turn) } }, bed.Stack.Headers, cancellationToken: cancellationToken);
                sendable += reply.Checks.Count(c => c.Sendable);
            }
            return sendable;
        }, cancellationToken)))).Sum();
    }

    private static async Task<long> PlainAsync(MailBed bed, int count, CancellationToken cancellationToken)
    {
        var next = 0;
        return (await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            await using var connection = await bed.OpenAsync(cancellationToken);
            await using var read = new NpgsqlCommand(Read, connection);
            read.Parameters.AddWithValue("account", ContactsHost.Account);
            var ids = read.Parameters.Add("ids", NpgsqlDbType.Array | NpgsqlDbType.Bigint);
            await read.PrepareAsync(cancellationToken);
            var sendable = 0L;
            for (int turn; (turn = Interlocked.Increment(ref next)) <= count;)
            {
                ids.Value = Turn(turn);
                await using var rows = await read.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
                while (await rows.ReadAsync(cancellationToken))
                {
                    sendable += May(rows) ? 1 : 0;
                }
            }
            return sendable;
        }, cancellationToken)))).Sum();
    }

    /// <summary>Reads every time, as any answer has to.</summary>
    private static bool May(NpgsqlDataReader row)
    {
        Span<long> times = stackalloc long[14];
        for (var i = 0; i < times.Length; i++)
        {
            times[i] = row.IsDBNull(i + 1) ? 0 : row.GetDateTime(i + 1).Ticks;
        }
        return !(times[0] > times[1] || times[2] > times[3] || times[4] > times[5] || times[6] > times[7] || times[8] > times[9] || times[10] > times[12] || times[11] > times[12]);
    }
}
