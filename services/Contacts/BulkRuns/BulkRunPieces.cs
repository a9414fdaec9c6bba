using System.Runtime.InteropServices;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using NpgsqlTypes;

namespace ContactPlatform.Contacts.BulkRuns;

/// <summary>Writes down who is in a run's set, and gives it out some pieces at a time.</summary>
public sealed class BulkRunPieces(ContactsDbContext db)
{
    /// <summary>Contacts in a piece: SQL Server keeps their ids in the row.</summary>
    public const int Size = 1000;

    /// <summary>
    /// Pieces that are taken at once: row locks are held for some tens of milliseconds, SQL Server does not lock whole tables,
    /// and what each transaction costs besides its rows is shared by 2,000 contacts.
    /// </summary>
    private const int AtOnce = 2;

    private static readonly BulkColumn[] Columns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("run_id", NpgsqlDbType.Bigint), new("piece_number", NpgsqlDbType.Integer), new("contact_ids", NpgsqlDbType.Bytea),
    ];

    // A worker before this one may still have the pieces; it is waited for, which ends when the database ends its transaction.
    private static readonly SqlText Take = new(
        $"""
        WITH next AS MATERIALIZED (
          SELECT piece_number FROM bulk_run_pieces WHERE account_id = @account AND run_id = @run ORDER BY piece_number LIMIT {AtOnce} FOR UPDATE)
        DELETE FROM bulk_run_pieces p USING next n WHERE p.account_id = @account AND p.run_id = @run AND p.piece_number = n.piece_number
        RETURNING p.contact_ids
        """,
        $"""
        WITH next AS (
          SELECT TOP ({AtOnce}) piece_number, contact_ids FROM bulk_run_pieces WITH (UPDLOCK, ROWLOCK)
          WHERE account_id = @account AND run_id = @run ORDER BY piece_number)
        DELETE FROM next OUTPUT deleted.contact_ids
        """);

    /// <summary>Makes the piece of some contacts.</summary>
    public static BulkRunPieceRow Row(long accountId, long runId, int number, long[] contactIds) =>
        new() { AccountId = accountId, RunId = runId, PieceNumber = number, ContactIds = MemoryMarshal.AsBytes(contactIds.AsSpan()).ToArray() };

    /// <summary>Writes pieces in the open transaction.</summary>
    /// <returns>How many.</returns>
    public Task<long> WriteAsync(long runId, int first, IEnumerable<long[]> pieces, CancellationToken cancellationToken) =>
        BulkCopy.WriteAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), "bulk_run_pieces", Columns,
            pieces.Select((ids, i) => new object?[] { db.AccountId, runId, first + i, MemoryMarshal.AsBytes(ids.AsSpan()).ToArray() }), cancellationToken);

    /// <summary>Takes the next pieces in the open transaction.</summary>
    /// <returns>The contacts, ascending; none when all is done.</returns>
    public async Task<long[]> TakeAsync(long runId, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().Command(Take, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId).With("run", runId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<long>(AtOnce * Size);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.AddRange(MemoryMarshal.Cast<byte, long>(reader.GetFieldValue<byte[]>(0)));
        }
        return [.. ids.Order()];
    }

    /// <summary>Drops what ended runs of the account have left undone.</summary>
    public Task SweepAsync(CancellationToken cancellationToken) =>
        db.BulkRunPieces.Where(p => db.Runs.Any(r => r.RunId == p.RunId && r.State >= RunState.Succeeded)).ExecuteDeleteAsync(cancellationToken);

    /// <summary>Drops what a run has left undone.</summary>
    public Task DropAsync(long runId, CancellationToken cancellationToken) =>
        db.BulkRunPieces.Where(p => p.RunId == runId).ExecuteDeleteAsync(cancellationToken);
}
