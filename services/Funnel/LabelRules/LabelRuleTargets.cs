using System.Runtime.InteropServices;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using NpgsqlTypes;

namespace ContactPlatform.Funnel.LabelRules;

/// <summary>Writes down the set of a run or of a preview, and gives it out piece by piece.</summary>
public sealed class LabelRuleTargets(FunnelDbContext db, StageStore stages)
{
    /// <summary>Contacts in a piece: row locks are held for milliseconds, and the commit's cost is shared by enough rows.</summary>
    public const int ChunkSize = 1000;

    private static readonly BulkColumn[] Columns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("run_id", NpgsqlDbType.Bigint), new("chunk_number", NpgsqlDbType.Integer), new("contact_ids", NpgsqlDbType.Bytea),
    ];

    // The row's lock is the claim: another worker passes it by, and it is free again when this transaction is rolled back.
    private static readonly SqlText Take = new(
        """
        WITH next AS MATERIALIZED (
          SELECT chunk_number FROM label_rule_targets WHERE account_id = @account AND run_id = @run AND chunk_number > @after
          ORDER BY chunk_number LIMIT @most FOR UPDATE SKIP LOCKED)
        DELETE FROM label_rule_targets AS t USING next WHERE t.account_id = @account AND t.run_id = @run AND t.chunk_number = next.chunk_number
        RETURNING t.chunk_number, t.contact_ids
        """,
        """
        WITH next AS (
          SELECT TOP (@most) chunk_number, contact_ids FROM label_rule_targets WITH (UPDLOCK, READPAST, ROWLOCK)
          WHERE account_id = @account AND run_id = @run AND chunk_number > @after ORDER BY chunk_number)
        DELETE FROM next OUTPUT deleted.chunk_number, deleted.contact_ids
        """);

    /// <summary>Writes pieces, in the open transaction if there is one.</summary>
    public async Task WriteAsync(long runId, int firstChunk, IEnumerable<long[]> chunks, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        await BulkCopy.WriteAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction?.GetDbTransaction(), "label_rule_targets", Columns,
            chunks.Select((ids, i) => new object?[] { db.AccountId, runId, firstChunk + i, MemoryMarshal.AsBytes(ids.AsSpan()).ToArray() }), cancellationToken);
    }

    /// <summary>Reads a piece; null when there is none with this number.</summary>
    public async Task<long[]?> ReadAsync(long runId, int chunkNumber, CancellationToken cancellationToken) =>
        await db.LabelRuleTargets.AsNoTracking().Where(t => t.RunId == runId && t.ChunkNumber == chunkNumber).Select(t => t.ContactIds)
            .SingleOrDefaultAsync(cancellationToken) is { } bytes ? MemoryMarshal.Cast<byte, long>(bytes).ToArray() : null;

    /// <summary>Takes the next free pieces in the open transaction; none when there is none.</summary>
    /// <returns>Number of the last one, and the contacts of all, ascending.</returns>
    public async Task<(int Last, long[] ContactIds)?> TakeAsync(long runId, int after, int most, CancellationToken cancellationToken)
    {
        await using var command = await stages.CommandAsync(Take, cancellationToken);
        command.With("account", db.AccountId).With("run", runId).With("after", after).With("most", most);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var pieces = new SortedList<int, byte[]>(most);
        while (await reader.ReadAsync(cancellationToken))
        {
            pieces.Add(reader.GetInt32(0), (byte[])reader.GetValue(1));
        }
        return pieces.Count == 0 ? null : (pieces.Keys[^1], [.. pieces.Values.SelectMany(ids => MemoryMarshal.Cast<byte, long>(ids).ToArray())]);
    }

    /// <summary>True while pieces are left, also those that somebody else has taken and not committed.</summary>
    public Task<bool> AnyAsync(long runId, CancellationToken cancellationToken) =>
        db.LabelRuleTargets.AnyAsync(t => t.RunId == runId, cancellationToken);

    /// <summary>Drops what ended runs of the account have left undone.</summary>
    public Task SweepAsync(CancellationToken cancellationToken) =>
        db.LabelRuleTargets.Where(t => db.Runs.Any(r => r.RunId == t.RunId && r.State >= RunState.Succeeded)).ExecuteDeleteAsync(cancellationToken);

    /// <summary>Drops what a run has left undone.</summary>
    public Task DropAsync(long runId, CancellationToken cancellationToken) =>
        db.LabelRuleTargets.Where(t => t.RunId == runId).ExecuteDeleteAsync(cancellationToken);
}
