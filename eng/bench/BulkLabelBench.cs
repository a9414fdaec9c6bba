using System.Diagnostics;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Google.Protobuf;
using Grpc.Core;
using Npgsql;
using NpgsqlTypes;

namespace ContactPlatform.Bench;

/// <summary>A bulk run that puts a label on everybody in a snapshot, by turns with plain SQL that writes the same rows.</summary>
internal static class BulkLabelBench
{
    /// <summary>
    /// The limit: one connection, 1,000 contacts in a statement that is prepared and its own transaction. What it writes is
    /// made before; nothing is looked at, locked ahead, counted or can be resumed.
    /// </summary>
    private const string Plain = """
        WITH members AS (
          INSERT INTO label_members (account_id, label_id, contact_id) SELECT @account, @label, id FROM unnest(@ids) AS k(id)
        ), touched AS (
          UPDATE contacts c SET update_time = @time FROM unnest(@ids) AS k(id) WHERE c.account_id = @account AND c.contact_id = k.id
        )
        INSERT INTO contact_event_blocks (account_id, block_id, event_time, event_id, cause, actor_kind, actor_subject, actor_name, run_id, detail, members)
        SELECT @account, b.block, @time, b.event, 2, 2, 'plain', 'plain', 0, @detail, b.members FROM unnest(@blocks, @events, @members) AS b(block, event, members)
        """;

    private static int _requests;

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        BenchRun.Progress("starting PostgreSQL, Redis and Contacts");
        await using var stack = await OwnStack.StartAsync(0, cancellationToken);
        var memory = new MemoryWatch(stack);
        BenchRun.Progress($"writing {run.Size} contacts");
        var first = await FillAsync(stack, run.Size, cancellationToken);
        var (label, plain) = (await LabelAsync(stack, "run", cancellationToken), await LabelAsync(stack, "plain", cancellationToken));
        var headers = stack.Headers;
        var snapshot = (await stack.Segments().FreezeSegmentAsync(new() { Contacts = new() { Filter = "" } }, headers, cancellationToken: cancellationToken)).Snapshot;
        BenchRun.Check("contacts of the snapshot", snapshot.ContactCount, run.Size);
        BenchRun.Progress("warming up");
        var few = new ContactSet { ContactIds = new() { ContactIds_ = { Enumerable.Range(0, 2000).Select(i => first + i) } } };
        await BulkAsync(stack, few, new() { AddLabelId = label }, 2000, cancellationToken);
        var (work, limit) = (new List<double>(), new List<double>());
        for (var round = 1; round <= run.Rounds; round++)
        {
            await SettleAsync(stack, label, cancellationToken);
            memory.Begin();
            work.Add(await BulkAsync(stack, new() { SegmentSnapshotId = snapshot.SegmentSnapshotId }, new() { AddLabelId = label }, run.Size, cancellationToken));
            var peak = memory.End();
            await CheckAsync(stack, label, run.Size, cancellationToken);
            BenchRun.Sample("bulk run", work[^1], "s");
            peak();
            await SettleAsync(stack, plain, cancellationToken);
            limit.Add(await PlainAsync(stack, plain, first, run.Size, cancellationToken));
            await CheckAsync(stack, plain, run.Size, cancellationToken);
            BenchRun.Sample("plain SQL", limit[^1], "s");
        }
        return Outcome.ByTurns(work, limit, "s");
    }

    private static async Task<long> FillAsync(OwnStack stack, int size, CancellationToken cancellationToken)
    {
        var first = await OwnStack.NumberAsync(stack.Contacts.Database, $"SELECT MIN(first) FROM (SELECT nextval('ids') AS first FROM generate_series(1, {(size + 999) / 1000})) b", cancellationToken);
        await OwnStack.ExecuteAsync(stack.Contacts.Database, cancellationToken,
            $"""
            INSERT INTO contacts (account_id, contact_id, email, given_name, family_name, time_zone, record_state, source, owner, lead_score, create_time, update_time, version, given_name_key, family_name_key, source_key)
            SELECT {ContactsHost.Account}, id, 'person' || id || '@crowd.example', 'Ada', 'Example', 'Europe/Paris', 1, 'crowd', '', 0, now(), now(), 1, 'ada', 'example', 'crowd'
            FROM generate_series({first}::bigint, {first + size - 1}::bigint) AS id
            """);
        return first;
    }

    private static async Task<long> LabelAsync(OwnStack stack, string name, CancellationToken cancellationToken) =>
        (await stack.Labels.CreateLabelAsync(new() { DisplayName = name }, stack.Headers, cancellationToken: cancellationToken)).Label.LabelId;

    /// <summary>Takes the label off everybody, and lets nothing of an earlier sample be paid by the next one.</summary>
    private static Task SettleAsync(OwnStack stack, long label, CancellationToken cancellationToken) => OwnStack.ExecuteAsync(stack.Contacts.Database, cancellationToken,
        $"DELETE FROM label_members WHERE label_id = {label}", "VACUUM (ANALYZE) contacts, label_members, contact_event_blocks, bulk_run_pieces, runs, segment_snapshot_members", "CHECKPOINT");

    private static async Task CheckAsync(OwnStack stack, long label, int size, CancellationToken cancellationToken) =>
        BenchRun.Check("contacts with the label", await OwnStack.NumberAsync(stack.Contacts.Database, $"SELECT COUNT(*) FROM label_members WHERE label_id = {label}", cancellationToken), size);

    /// <summary>Asks for a run and watches it.</summary>
    /// <returns>Seconds from the request to the moment at which the run had SUCCEEDED.</returns>
    private static async Task<double> BulkAsync(OwnStack stack, ContactSet set, BulkAction action, int size, CancellationToken cancellationToken)
    {
        var bulk = new BulkRunService.BulkRunServiceClient(stack.Contacts.Service.Channel);
        var start = TimeProvider.System.GetUtcNow();
        var run = (await bulk.CreateBulkRunAsync(new() { Contacts = set, Action = action, RequestId = $"bench {Interlocked.Increment(ref _requests)}" }, stack.Headers, cancellationToken: cancellationToken)).BulkRun;
        using var watch = bulk.WatchBulkRun(new() { BulkRunId = run.BulkRunId }, stack.Headers, cancellationToken: cancellationToken);
        await foreach (var seen in watch.ResponseStream.ReadAllAsync(cancellationToken))
        {
            run = seen.BulkRun;
        }
        if (run.Run.State != RunState.Succeeded)
        {
            throw new BenchException($"run {run.BulkRunId} ended as {run.Run.State}: {run.Run.FailureReason} {run.Run.Message}");
        }
        BenchRun.Check("contacts changed", run.Run.ChangedCount, size);
        BenchRun.Sample("  of that, until the set was fixed", (run.Run.SetTime - run.Run.CreateTime).ToTimeSpan().TotalSeconds, "s");
        return (run.Run.EndTime.ToDateTimeOffset() - start).TotalSeconds;
    }

    private static async Task<double> PlainAsync(OwnStack stack, long label, long first, int size, CancellationToken cancellationToken)
    {
        var events = await OwnStack.NumberAsync(stack.Contacts.Database, $"SELECT MIN(first) FROM (SELECT nextval('ids') AS first FROM generate_series(1, {(size / 250_000) + 2})) b", cancellationToken);
        var pieces = Enumerable.Range(0, size).Select(i => first + i).Chunk(1000).Select(ids => (Ids: ids, Blocks: Blocks(ids))).ToList();
        await using var connection = new NpgsqlConnection(stack.Contacts.Database.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Plain, connection);
        command.Parameters.AddWithValue("account", ContactsHost.Account);
        command.Parameters.AddWithValue("label", label);
        command.Parameters.AddWithValue("detail", new TimelineEvent { Label = new() { LabelId = label, Added = true } }.ToByteArray());
        NpgsqlParameter Add(string name, NpgsqlDbType type) => command.Parameters.Add(name, type);
        var (ids, time) = (Add("ids", NpgsqlDbType.Array | NpgsqlDbType.Bigint), Add("time", NpgsqlDbType.TimestampTz));
        var (blocks, eventIds, members) = (Add("blocks", NpgsqlDbType.Array | NpgsqlDbType.Bigint), Add("events", NpgsqlDbType.Array | NpgsqlDbType.Bigint), Add("members", NpgsqlDbType.Array | NpgsqlDbType.Bytea));
        await command.PrepareAsync(cancellationToken);

        var started = Stopwatch.GetTimestamp();
        foreach (var piece in pieces)
        {
            (ids.Value, time.Value) = (piece.Ids, TimeProvider.System.GetUtcNow().UtcDateTime);
            (blocks.Value, members.Value) = (piece.Blocks.Select(b => b.Block).ToArray(), piece.Blocks.Select(b => b.Members).ToArray());
            eventIds.Value = piece.Blocks.Select(_ => events++).ToArray();
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>The rows of timelines: a bit for each contact of a block of 1,000 ids.</summary>
    private static List<(long Block, byte[] Members)> Blocks(long[] ids) => [.. ids.GroupBy(id => id / 1000, (block, members) =>
    {
        var bits = new byte[125];
        foreach (var member in members)
        {
            bits[member % 1000 / 8] |= (byte)(1 << (int)(member % 8));
        }
        return (block, bits);
    })];
}
