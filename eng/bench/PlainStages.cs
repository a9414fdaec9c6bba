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
/// The limit of a label rule: one connection that writes the same stage, history and outbox rows, 1,000 contacts in a
/// statement that is prepared and its own transaction. What it writes is made before; nothing checks, locks ahead, counts
/// or can be resumed.
/// </summary>
internal static class PlainStages
{
    private const string Statement = """
        WITH before AS (
          SELECT contact_id, stage, lost, version FROM contact_stages WHERE account_id = @account AND contact_id = ANY(@ids)
        ), changed AS (
          UPDATE contact_stages s SET stage = @stage, lost = false, lost_cause = 0, version = b.version + 1, change_time = @time
          FROM before b WHERE s.account_id = @account AND s.contact_id = b.contact_id
        ), history AS (
          INSERT INTO stage_changes (account_id, contact_id, version, change_time, actor_kind, actor_subject, actor_name,
            from_stage, from_lost, to_stage, to_lost, cause, run_id)
          SELECT @account, contact_id, version + 1, @time, 2, 'plain', 'plain', stage, lost, @stage, false, @cause, 0 FROM before
        )
        INSERT INTO outbox (account_id, payload) VALUES (@account, @payload)
        """;

    /// <summary>Sets the stage of a crowd.</summary>
    /// <returns>Seconds.</returns>
    public static async Task<double> SetAsync(OwnStack stack, Crowd crowd, FunnelStage stage, CancellationToken cancellationToken)
    {
        var pieces = crowd.LabelledIds.Chunk(1000).Select(ids => (Ids: ids, Payload: Payload(ids, stage))).ToList();
        await using var connection = new NpgsqlConnection(stack.Funnel.Database.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Statement, connection);
        command.Parameters.AddWithValue("account", ContactsHost.Account);
        command.Parameters.AddWithValue("stage", (short)stage);
        command.Parameters.AddWithValue("cause", (short)StageChangeCause.Api);
        var (ids, payload) = (command.Parameters.Add("ids", NpgsqlDbType.Array | NpgsqlDbType.Bigint), command.Parameters.Add("payload", NpgsqlDbType.Bytea));
        var time = command.Parameters.Add("time", NpgsqlDbType.TimestampTz);
        await command.PrepareAsync(cancellationToken);

        var started = Stopwatch.GetTimestamp();
        foreach (var piece in pieces)
        {
            (ids.Value, payload.Value, time.Value) = (piece.Ids, piece.Payload, TimeProvider.System.GetUtcNow().UtcDateTime);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static byte[] Payload(long[] ids, FunnelStage stage) => new StreamChangesResponse
    {
        AccountId = ContactsHost.Account,
        ChangeTime = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow()),
        Actor = new Actor { Kind = ActorKind.ApiKey, Subject = "plain", DisplayName = "plain" },
        StagesChanged = new StagesChanged
        {
            Cause = StageChangeCause.Api,
            Moves = { new StageMove { From = new() { Stage = stage }, To = new() { Stage = stage }, ContactIds = { ids } } },
        },
    }.ToByteArray();
}
