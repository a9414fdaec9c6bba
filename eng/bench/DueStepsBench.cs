using System.Diagnostics;
using ContactPlatform.Testing;
using Npgsql;
using NpgsqlTypes;

namespace ContactPlatform.Bench;

/// <summary>
/// Due steps, from the moment that they can be seen until the last is handed to a sender that does nothing and its enrolment waits
/// for the next, against one connection that takes and puts off the same rows. The engine also writes who got what, counts what its
/// sender sends, and locks contacts before enrolments.
/// </summary>
internal static class DueStepsBench
{
    private const int Batch = 1_000;

    private const string Take = "SELECT enrollment_id FROM enrollments WHERE due_time <= @now AND dispatch_id = 0 ORDER BY due_time LIMIT 1000 FOR UPDATE SKIP LOCKED";

    private const string PutOff = "UPDATE enrollments AS e SET last_step_id = @step, due_time = @due FROM unnest(@ids) AS i(id) WHERE e.account_id = @account AND e.enrollment_id = i.id";

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var bed = await SequenceBed.StartAsync(cancellationToken);
        BenchRun.Progress("warming up");
        await WorkAsync(bed, Math.Max(Batch, run.Size / 4), idle: false, cancellationToken);
        var (work, limit) = (new List<double>(), new List<double>());
        for (var round = 1; round <= run.Rounds; round++)
        {
            await bed.Stack.RenewHeadersAsync(cancellationToken);
            bed.Memory.Begin();
            work.Add(await WorkAsync(bed, run.Size, idle: false, cancellationToken));
            var peaks = bed.Memory.End();
            BenchRun.Sample("due steps", work[^1], "s");
            bed.Processor.Sample();
            peaks();
            // The engine must not take what is measured here.
            bed.Host.Service.Process.Suspend();
            try
            {
                await bed.FillAsync(run.Size, "now()", idle: false, cancellationToken);
                limit.Add(await PlainAsync(bed, run.Size, cancellationToken));
            }
            finally
            {
                bed.Host.Service.Process.Resume();
            }
            BenchRun.Sample("plain loop", limit[^1], "s");
            bed.Processor.Sample();
        }
        return Outcome.ByTurns(work, limit, "s");
    }

    /// <summary>Picking 10 batches of due steps among many that have time, against the same among a hundredth of them.</summary>
    public static async Task<Outcome> IdleAsync(BenchRun run, CancellationToken cancellationToken)
    {
        const int Due = 10 * Batch;
        await using var bed = await SequenceBed.StartAsync(cancellationToken);
        var few = Math.Max(1, run.Size / 100);
        await bed.IdleAsync(0, few, cancellationToken);
        BenchRun.Progress("warming up");
        await WorkAsync(bed, Due, idle: true, cancellationToken);
        var limit = await RoundsAsync(few);
        await bed.IdleAsync(few, run.Size, cancellationToken);
        var work = await RoundsAsync(run.Size);
        return Outcome.ByTurns(work, limit, "s");

        async Task<List<double>> RoundsAsync(int idle)
        {
            var times = new List<double>();
            for (var round = 1; round <= run.Rounds; round++)
            {
                times.Add(await WorkAsync(bed, Due, idle: true, cancellationToken));
                BenchRun.Sample($"{Due} due steps beside {idle} idle", times[^1], "s");
            }
            return times;
        }
    }

    /// <summary>Seconds, with the half a second after which the engine looks at the latest.</summary>
    private static async Task<double> WorkAsync(SequenceBed bed, int count, bool idle, CancellationToken cancellationToken)
    {
        var before = bed.Sender.Recipients;
        // Seen by the engine when it is thawed, all at once.
        bed.Host.Service.Process.Suspend();
        try
        {
            await bed.FillAsync(count, "now()", idle, cancellationToken);
            await bed.ExecuteAsync("CHECKPOINT", cancellationToken);
            bed.Processor.Begin();
        }
        finally
        {
            bed.Host.Service.Process.Resume();
        }
        var started = Stopwatch.GetTimestamp();
        await bed.UntilSentAsync(before + count, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        BenchRun.Check("recipients", bed.Sender.Recipients - before, count);
        BenchRun.Check("steps that were reserved", await bed.NumberAsync("SELECT COUNT(*) FROM step_sends", cancellationToken), count);
        BenchRun.Check("enrolments that wait for the third step", await bed.NumberAsync($"SELECT COUNT(*) FROM enrollments WHERE last_step_id = {bed.Sequence.Steps[1].StepId} AND dispatch_id <> 0 AND due_time > now() + interval '29 days'", cancellationToken), count);
        return seconds;
    }

    private static async Task<double> PlainAsync(SequenceBed bed, int count, CancellationToken cancellationToken)
    {
        await bed.ExecuteAsync("CHECKPOINT", cancellationToken);
        bed.Processor.Begin();
        await using var connection = (NpgsqlConnection)await bed.Database.OpenAsync(cancellationToken);
        await using var take = new NpgsqlCommand(Take, connection);
        var now = take.Parameters.Add("now", NpgsqlDbType.TimestampTz);
        await take.PrepareAsync(cancellationToken);
        await using var putOff = new NpgsqlCommand(PutOff, connection);
        putOff.Parameters.AddWithValue("account", ContactsHost.Account);
        putOff.Parameters.AddWithValue("step", bed.Sequence.Steps[1].StepId);
        var (due, ids) = (putOff.Parameters.Add("due", NpgsqlDbType.TimestampTz), putOff.Parameters.Add("ids", NpgsqlDbType.Array | NpgsqlDbType.Bigint));
        await putOff.PrepareAsync(cancellationToken);
        var (started, done) = (Stopwatch.GetTimestamp(), 0);
        while (true)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            now.Value = TimeProvider.System.GetUtcNow().UtcDateTime;
            var found = new List<long>(Batch);
            await using (var rows = await take.ExecuteReaderAsync(cancellationToken))
            {
                while (await rows.ReadAsync(cancellationToken))
                {
                    found.Add(rows.GetInt64(0));
                }
            }
            if (found.Count == 0)
            {
                break;
            }
            (due.Value, ids.Value) = (((DateTime)now.Value).AddDays(30), found.ToArray());
            done += await putOff.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        BenchRun.Check("rows that were put off", done, count);
        return seconds;
    }
}
