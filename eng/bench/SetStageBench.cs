using System.Collections.Concurrent;
using System.Data;
using System.Diagnostics;
using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using NpgsqlTypes;

namespace ContactPlatform.Bench;

/// <summary>
/// Single stage changes per second: SetStage by 64 callers of one Funnel, against the two statements that each of them
/// needs (read the contact; stage, history and outbox if it still is as it was read) from 32 connections without gRPC.
/// </summary>
internal static class SetStageBench
{
    private const int Callers = 64;
    private const int Connections = 32;
    private const int Contacts = 50_000;

    private const string Read = "SELECT stage, lost, lost_cause, record_inactive, version, change_time, create_time, delete_time FROM contact_stages WHERE account_id = @account AND contact_id = @contact LIMIT 2";

    private const string Save = """
        WITH changed AS (
          UPDATE contact_stages SET stage = @to, lost = false, lost_cause = 0, version = version + 1, change_time = @time
          WHERE account_id = @account AND contact_id = @contact AND version = @version AND NOT record_inactive AND delete_time IS NULL
          RETURNING contact_id, version
        ), history AS (
          INSERT INTO stage_changes (account_id, contact_id, version, change_time, actor_kind, actor_subject, actor_name,
            from_stage, from_lost, to_stage, to_lost, cause, run_id)
          SELECT @account, contact_id, version, @time, 2, 'plain', 'plain', @from, @lost, @to, false, @cause, 0 FROM changed
        )
        INSERT INTO outbox (account_id, payload) SELECT @account, @payload FROM changed
        """;

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        BenchRun.Progress("starting PostgreSQL, Redis, Contacts and Funnel");
        await using var stack = await OwnStack.StartAsync(1, cancellationToken);
        var memory = new MemoryWatch(stack);
        var crowd = await Crowd.FillAsync(stack, Contacts, 0, cancellationToken);
        BenchRun.Progress("warming up");
        await CallAsync(stack, crowd, run.Size, cancellationToken);
        await PlainAsync(stack, crowd, run.Size, cancellationToken);
        var (work, limit) = (new List<double>(), new List<double>());
        for (var round = 1; round <= run.Rounds; round++)
        {
            await OwnStack.ExecuteAsync(stack.Funnel.Database, cancellationToken, "VACUUM (ANALYZE) contact_stages, stage_changes, outbox", "CHECKPOINT");
            memory.Begin();
            work.Add(await CountedAsync(stack, run.Size, () => CallAsync(stack, crowd, run.Size, cancellationToken), cancellationToken));
            var peaks = memory.End();
            BenchRun.Sample("SetStage", work[^1], "calls/s");
            peaks();
            await OwnStack.ExecuteAsync(stack.Funnel.Database, cancellationToken, "VACUUM (ANALYZE) contact_stages, stage_changes, outbox", "CHECKPOINT");
            limit.Add(await CountedAsync(stack, run.Size, () => PlainAsync(stack, crowd, run.Size, cancellationToken), cancellationToken));
            BenchRun.Sample("plain SQL", limit[^1], "changes/s");
        }
        await BenchRun.CheckFunnelAsync(stack, cancellationToken);
        return Outcome.ByTurns(work, limit, "1/s");
    }

    /// <summary>Takes the time, and asks the database whether each change left its one entry.</summary>
    private static async Task<double> CountedAsync(OwnStack stack, int expected, Func<Task> work, CancellationToken cancellationToken)
    {
        const string Entries = "SELECT COUNT(*) FROM stage_changes";
        var before = await OwnStack.NumberAsync(stack.Funnel.Database, Entries, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        await work();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        BenchRun.Check("entries in the history", await OwnStack.NumberAsync(stack.Funnel.Database, Entries, cancellationToken) - before, expected);
        return expected / seconds;
    }

    /// <summary>Each contact in turn, and each time another stage: no call is a no-op, and no two want the same contact.</summary>
    private static ConcurrentQueue<(long Contact, FunnelStage Stage)> Turns(Crowd crowd, int count, FunnelStage first, FunnelStage second) =>
        new(Enumerable.Range(0, count).Select(i => (crowd.FirstId + (i % crowd.Count), i / crowd.Count % 2 == 0 ? first : second)));

    private static async Task CallAsync(OwnStack stack, Crowd crowd, int count, CancellationToken cancellationToken)
    {
        var turns = Turns(crowd, count, FunnelStage.Engaged, FunnelStage.Customer);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (turns.TryDequeue(out var turn))
            {
                await stack.Stages.SetStageAsync(new() { ContactId = turn.Contact, Stage = turn.Stage }, stack.Headers, cancellationToken: cancellationToken);
            }
        }, cancellationToken)));
    }

    private static async Task PlainAsync(OwnStack stack, Crowd crowd, int count, CancellationToken cancellationToken)
    {
        var turns = Turns(crowd, count, FunnelStage.LoyalCustomer, FunnelStage.Promoter);
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            await using var connection = new NpgsqlConnection(stack.Funnel.Database.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            await using var read = new NpgsqlCommand(Read, connection);
            var contact = read.Parameters.Add("contact", NpgsqlDbType.Bigint);
            read.Parameters.AddWithValue("account", ContactsHost.Account);
            await read.PrepareAsync(cancellationToken);
            await using var save = new NpgsqlCommand(Save, connection);
            save.Parameters.AddWithValue("account", ContactsHost.Account);
            save.Parameters.AddWithValue("cause", (short)StageChangeCause.Api);
            NpgsqlParameter Add(string name, NpgsqlDbType type) => save.Parameters.Add(name, type);
            var (id, to, from, lost) = (Add("contact", NpgsqlDbType.Bigint), Add("to", NpgsqlDbType.Smallint), Add("from", NpgsqlDbType.Smallint), Add("lost", NpgsqlDbType.Boolean));
            var (version, time, payload) = (Add("version", NpgsqlDbType.Bigint), Add("time", NpgsqlDbType.TimestampTz), Add("payload", NpgsqlDbType.Bytea));
            await save.PrepareAsync(cancellationToken);
            while (turns.TryDequeue(out var turn))
            {
                contact.Value = id.Value = turn.Contact;
                await using (var row = await read.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken))
                {
                    await row.ReadAsync(cancellationToken);
                    (from.Value, lost.Value, version.Value) = (row.GetValue(0), row.GetBoolean(1), row.GetInt64(4));
                }
                (to.Value, time.Value, payload.Value) = ((short)turn.Stage, TimeProvider.System.GetUtcNow().UtcDateTime, Payload(turn.Contact, turn.Stage));
                await save.ExecuteNonQueryAsync(cancellationToken);
            }
        }, cancellationToken)));
    }

    private static byte[] Payload(long contact, FunnelStage stage) => new StreamChangesResponse
    {
        AccountId = ContactsHost.Account,
        ChangeTime = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow()),
        Actor = new Actor { Kind = ActorKind.ApiKey, Subject = "plain", DisplayName = "plain" },
        StagesChanged = new StagesChanged { Cause = StageChangeCause.Api, Moves = { new StageMove { To = new() { Stage = stage }, ContactIds = { contact } } } },
    }.ToByteArray();
}
