using System.Collections.Concurrent;
using System.Data;
using System.Diagnostics;
using ContactPlatform.Common.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using NpgsqlTypes;

namespace ContactPlatform.Bench;

/// <summary>
/// Statuses set by hand, each contact once: SetStatus by 64 callers of one Sequences, against the two statements that each of them needs
/// (read the contact and its enrolment; status, history and outbox if it still is as it was read) from 32 connections without gRPC.
/// </summary>
internal static class StatusSetBench
{
    private const int Callers = 64;
    private const int Connections = 32;

    private const string Read = """
        SELECT e.enrollment_id, e.version, e.due_time, e.flags, s.opted_out, s.call_status, s.engagement, q.state, q.visibility, q.owner_subject, v.content
        FROM enrollments e JOIN contact_statuses s ON s.account_id = e.account_id AND s.contact_id = e.contact_id
        JOIN sequences q ON q.account_id = e.account_id AND q.sequence_id = e.sequence_id
        JOIN sequence_versions v ON v.account_id = q.account_id AND v.sequence_id = q.sequence_id AND v.content_version = q.content_version
        WHERE e.account_id = @account AND e.contact_id = @contact AND e.sequence_id = @sequence AND e.end_time IS NULL
        """;

    private const string Save = """
        WITH changed AS (
          UPDATE enrollments SET status = 2, due_time = NULL, wait_seconds = @wait, version = version + 1, change_time = @time
          WHERE account_id = @account AND enrollment_id = @enrollment AND version = @version RETURNING enrollment_id, version
        ), history AS (
          INSERT INTO enrollment_changes (account_id, enrollment_id, version, change_time, actor_kind, actor_subject, actor_name, cause,
            from_status, from_finish_reason, from_flags, from_ended, to_status, to_finish_reason, to_flags, to_ended)
          SELECT @account, enrollment_id, version, @time, 2, 'plain', 'plain', 3, 1, 0, 0, false, 2, 0, 0, false FROM changed
        )
        INSERT INTO outbox (account_id, payload) SELECT @account, @payload FROM changed
        """;

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var bed = await SequenceBed.StartAsync(cancellationToken);
        BenchRun.Progress("warming up");
        await CountedAsync(bed, run.Size, turns => CallAsync(bed, turns, cancellationToken), cancellationToken);
        await CountedAsync(bed, run.Size, turns => PlainAsync(bed, turns, cancellationToken), cancellationToken);
        var (work, limit) = (new List<double>(), new List<double>());
        for (var round = 1; round <= run.Rounds; round++)
        {
            await bed.Stack.RenewHeadersAsync(cancellationToken);
            bed.Memory.Begin();
            work.Add(await CountedAsync(bed, run.Size, turns => CallAsync(bed, turns, cancellationToken), cancellationToken));
            var peaks = bed.Memory.End();
            BenchRun.Sample("SetStatus", work[^1], "calls/s");
            peaks();
            limit.Add(await CountedAsync(bed, run.Size, turns => PlainAsync(bed, turns, cancellationToken), cancellationToken));
            BenchRun.Sample("plain SQL", limit[^1], "changes/s");
        }
        return Outcome.ByTurns(work, limit, "1/s");
    }

    /// <summary>Changes a second, of contacts that are all active; each leaves one entry in its history.</summary>
    private static async Task<double> CountedAsync(SequenceBed bed, int count, Func<ConcurrentQueue<long>, Task> work, CancellationToken cancellationToken)
    {
        await bed.FillAsync(count, "now() + interval '10 days'", idle: false, cancellationToken);
        await OwnStack.ExecuteAsync(bed.Database, cancellationToken, "VACUUM (ANALYZE) enrollments, contact_statuses", "CHECKPOINT");
        var turns = new ConcurrentQueue<long>(Enumerable.Range(1, count).Select(i => (long)i));
        bed.Processor.Begin();
        var started = Stopwatch.GetTimestamp();
        await work(turns);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        bed.Processor.Sample();
        BenchRun.Check("entries in the history", await bed.NumberAsync("SELECT COUNT(*) FROM enrollment_changes", cancellationToken), count);
        BenchRun.Check("who is paused", await bed.NumberAsync("SELECT COUNT(*) FROM enrollments WHERE status = 2", cancellationToken), count);
        return count / seconds;
    }

    private static Task CallAsync(SequenceBed bed, ConcurrentQueue<long> turns, CancellationToken cancellationToken)
    {
        var statuses = new StatusMatrixService.StatusMatrixServiceClient(bed.Host.Service.Channel);
        return Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (turns.TryDequeue(out var contact))
            {
                await statuses.SetStatusAsync(new() { ContactId = contact, SequenceId = bed.Sequence.SequenceId, Status = SequenceStatus.Paused }, bed.Stack.Headers, cancellationToken: cancellationToken);
            }
        }, cancellationToken)));
    }

    private static Task PlainAsync(SequenceBed bed, ConcurrentQueue<long> turns, CancellationToken cancellationToken) => Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
    {
        await using var connection = (NpgsqlConnection)await bed.Database.OpenAsync(cancellationToken);
        await using var read = new NpgsqlCommand(Read, connection);
        read.Parameters.AddWithValue("account", ContactsHost.Account);
        read.Parameters.AddWithValue("sequence", bed.Sequence.SequenceId);
        var contact = read.Parameters.Add("contact", NpgsqlDbType.Bigint);
        await read.PrepareAsync(cancellationToken);
        await using var save = new NpgsqlCommand(Save, connection);
        save.Parameters.AddWithValue("account", ContactsHost.Account);
        NpgsqlParameter Add(string name, NpgsqlDbType type) => save.Parameters.Add(name, type);
        var (enrollment, version, wait) = (Add("enrollment", NpgsqlDbType.Bigint), Add("version", NpgsqlDbType.Bigint), Add("wait", NpgsqlDbType.Bigint));
        var (time, payload) = (Add("time", NpgsqlDbType.TimestampTz), Add("payload", NpgsqlDbType.Bytea));
        await save.PrepareAsync(cancellationToken);
        while (turns.TryDequeue(out var id))
        {
            contact.Value = id;
            var now = TimeProvider.System.GetUtcNow().UtcDateTime;
            await using (var row = await read.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken))
            {
                await row.ReadAsync(cancellationToken);
                (enrollment.Value, version.Value, wait.Value) = (row.GetInt64(0), row.GetInt64(1), (long)(row.GetDateTime(2) - now).TotalSeconds);
            }
            (time.Value, payload.Value) = (now, Payload(bed, id, now));
            await save.ExecuteNonQueryAsync(cancellationToken);
        }
    }, cancellationToken)));

    private static byte[] Payload(SequenceBed bed, long contact, DateTime now) => new StreamChangesResponse
    {
        AccountId = ContactsHost.Account,
        ChangeTime = Timestamp.FromDateTime(now),
        Actor = new Actor { Kind = ActorKind.ApiKey, Subject = "plain", DisplayName = "plain" },
        StatusesChanged = new() { Enrollments = { new EnrollmentState { EnrollmentId = contact, ContactId = contact, SequenceId = bed.Sequence.SequenceId, Version = 2, Standing = new() { Status = EnrollmentStatus.Paused } } } },
    }.ToByteArray();
}
