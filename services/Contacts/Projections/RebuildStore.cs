using System.Data.Common;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Feeds;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.Projections;

/// <summary>
/// A projection that is being rebuilt: its tables, and its own position, which always say the same. Whoever adds to it
/// moves the position, so two that try are told apart by the database.
/// </summary>
public sealed class RebuildStore(ContactsDbContext db)
{
    /// <summary>Seconds that a statement over a whole projection may take.</summary>
    private const int BulkTimeout = 600;

    /// <summary>So the follower stands still until the transaction ends.</summary>
    private static readonly SqlText HoldFollower = new(
        "SELECT position FROM feed_positions WHERE source = @source FOR UPDATE",
        "SELECT position FROM feed_positions WITH (UPDLOCK, ROWLOCK, HOLDLOCK) WHERE source = @source");

    /// <summary>How far it is; empty at the beginning.</summary>
    public async Task<string> PositionAsync(RebuildTables tables, DateTime now, CancellationToken cancellationToken)
    {
        await FeedPositionRow.EnsureAsync(db, tables.RebuiltSource, now, cancellationToken);
        return await db.FeedPositions.Where(p => p.Source == tables.RebuiltSource).Select(p => p.Position).SingleAsync(cancellationToken);
    }

    /// <summary>Empties it within the open transaction.</summary>
    public async Task EmptyAsync(RebuildTables tables, DateTime now, CancellationToken cancellationToken)
    {
        await db.FeedPositions.Where(p => p.Source == tables.RebuiltSource)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.Position, "").SetProperty(p => p.ApplyTime, now), cancellationToken);
        foreach (var sql in tables.Empty)
        {
            await RunAsync(sql, cancellationToken);
        }
    }

    /// <summary>Lets the database count its rows, before it plans how to compare them.</summary>
    public async Task CountAsync(RebuildTables tables, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        foreach (var sql in tables.Count)
        {
            await RunAsync(sql, cancellationToken);
        }
    }

    /// <summary>Stops the follower until the open transaction ends, and says how far it is.</summary>
    public async Task<string> HoldFollowerAsync(RebuildTables tables, CancellationToken cancellationToken)
    {
        await using var command = Command(HoldFollower).With("source", tables.Source);
        return (string?)await command.ExecuteScalarAsync(cancellationToken) ?? "";
    }

    /// <summary>Makes the projection that is read equal to the rebuilt one within the open transaction, its position included.</summary>
    /// <returns>Number of rows that were not right.</returns>
    public async Task<long> SwitchAsync(RebuildTables tables, string position, DateTime now, CancellationToken cancellationToken)
    {
        var mended = 0L;
        foreach (var sql in tables.Mend)
        {
            mended += await RunAsync(sql, cancellationToken);
        }
        await db.FeedPositions.Where(p => p.Source == tables.Source)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.Position, position).SetProperty(p => p.ApplyTime, now), cancellationToken);
        await EmptyAsync(tables, now, cancellationToken);
        return mended;
    }

    private async Task<int> RunAsync(SqlText sql, CancellationToken cancellationToken)
    {
        await using var command = Command(sql);
        command.CommandTimeout = BulkTimeout;
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private DbCommand Command(SqlText sql) => db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction?.GetDbTransaction());
}
