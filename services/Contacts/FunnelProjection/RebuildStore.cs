using System.Data.Common;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Feeds;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.FunnelProjection;

/// <summary>
/// The projection that is being rebuilt: its tables, and its own position, which always say the same. Whoever adds to it
/// moves the position, so two that try are told apart by the database.
/// </summary>
public sealed class RebuildStore(ContactsDbContext db)
{
    /// <summary>Name of its position.</summary>
    public const string Source = "funnel, rebuilt";

    /// <summary>Seconds that a statement over a whole projection may take.</summary>
    private const int BulkTimeout = 600;

    /// <summary>So the follower stands still until the transaction ends.</summary>
    private static readonly SqlText HoldFollower = new(
        "SELECT position FROM feed_positions WHERE source = @source FOR UPDATE",
        "SELECT position FROM feed_positions WITH (UPDLOCK, ROWLOCK, HOLDLOCK) WHERE source = @source");

    private static readonly SqlText[] Empty =
    [
        new("TRUNCATE TABLE rebuilt_contact_stages"),
        new("TRUNCATE TABLE rebuilt_funnel_defaults"),
    ];

    /// <summary>A plan for a table that was empty a minute ago would compare every row with every other.</summary>
    private static readonly SqlText[] Count =
    [
        new("ANALYZE rebuilt_contact_stages", "UPDATE STATISTICS rebuilt_contact_stages"),
        new("ANALYZE contact_stages", "UPDATE STATISTICS contact_stages"),
    ];

    /// <summary>Puts right what differs; each answers with the number of rows.</summary>
    private static readonly SqlText[] Mend =
    [
        new("""
            DELETE FROM contact_stages WHERE NOT EXISTS (SELECT 1 FROM rebuilt_contact_stages r
              WHERE r.account_id = contact_stages.account_id AND r.contact_id = contact_stages.contact_id)
            """),
        new("""
            UPDATE contact_stages AS s SET stage = r.stage, lost = r.lost, change_time = r.change_time FROM rebuilt_contact_stages AS r
            WHERE r.account_id = s.account_id AND r.contact_id = s.contact_id
              AND (s.stage, s.lost, s.change_time) IS DISTINCT FROM (r.stage, r.lost, r.change_time)
            """,
            """
            UPDATE s SET stage = r.stage, lost = r.lost, change_time = r.change_time
            FROM contact_stages AS s JOIN rebuilt_contact_stages AS r ON r.account_id = s.account_id AND r.contact_id = s.contact_id
            WHERE s.lost <> r.lost OR s.change_time <> r.change_time OR COALESCE(s.stage, 0) <> COALESCE(r.stage, 0)
            """),
        new("""
            INSERT INTO contact_stages (account_id, contact_id, stage, lost, change_time)
            SELECT r.account_id, r.contact_id, r.stage, r.lost, r.change_time FROM rebuilt_contact_stages r
            JOIN contacts c ON c.account_id = r.account_id AND c.contact_id = r.contact_id
            WHERE NOT EXISTS (SELECT 1 FROM contact_stages s WHERE s.account_id = r.account_id AND s.contact_id = r.contact_id)
            FOR KEY SHARE OF c
            """,
            """
            INSERT INTO contact_stages (account_id, contact_id, stage, lost, change_time)
            SELECT r.account_id, r.contact_id, r.stage, r.lost, r.change_time FROM rebuilt_contact_stages AS r
            JOIN contacts AS c WITH (REPEATABLEREAD, ROWLOCK) ON c.account_id = r.account_id AND c.contact_id = r.contact_id
            WHERE NOT EXISTS (SELECT 1 FROM contact_stages AS s WHERE s.account_id = r.account_id AND s.contact_id = r.contact_id)
            """),
        new("DELETE FROM funnel_defaults WHERE NOT EXISTS (SELECT 1 FROM rebuilt_funnel_defaults r WHERE r.account_id = funnel_defaults.account_id)"),
        new("""
            UPDATE funnel_defaults AS d SET stage = r.stage, change_time = r.change_time FROM rebuilt_funnel_defaults AS r
            WHERE r.account_id = d.account_id AND (d.stage <> r.stage OR d.change_time <> r.change_time)
            """,
            """
            UPDATE d SET stage = r.stage, change_time = r.change_time FROM funnel_defaults AS d JOIN rebuilt_funnel_defaults AS r ON r.account_id = d.account_id
            WHERE d.stage <> r.stage OR d.change_time <> r.change_time
            """),
        new("""
            INSERT INTO funnel_defaults (account_id, stage, change_time) SELECT r.account_id, r.stage, r.change_time FROM rebuilt_funnel_defaults r
            WHERE NOT EXISTS (SELECT 1 FROM funnel_defaults d WHERE d.account_id = r.account_id)
            """),
    ];

    /// <summary>How far it is; empty at the beginning.</summary>
    public async Task<string> PositionAsync(DateTime now, CancellationToken cancellationToken)
    {
        await FeedPositionRow.EnsureAsync(db, Source, now, cancellationToken);
        return await db.FeedPositions.Where(p => p.Source == Source).Select(p => p.Position).SingleAsync(cancellationToken);
    }

    /// <summary>Empties it within the open transaction.</summary>
    public async Task EmptyAsync(DateTime now, CancellationToken cancellationToken)
    {
        await db.FeedPositions.Where(p => p.Source == Source)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.Position, "").SetProperty(p => p.ApplyTime, now), cancellationToken);
        foreach (var sql in Empty)
        {
            await RunAsync(sql, cancellationToken);
        }
    }

    /// <summary>Lets the database count its rows, before it plans how to compare them.</summary>
    public async Task CountAsync(CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        foreach (var sql in Count)
        {
            await RunAsync(sql, cancellationToken);
        }
    }

    /// <summary>Stops the follower until the open transaction ends, and says how far it is.</summary>
    public async Task<string> HoldFollowerAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(HoldFollower).With("source", FunnelFeed.Source);
        return (string?)await command.ExecuteScalarAsync(cancellationToken) ?? "";
    }

    /// <summary>Makes the projection that is read equal to the rebuilt one within the open transaction, its position included.</summary>
    /// <returns>Number of rows that were not right.</returns>
    public async Task<long> SwitchAsync(string position, DateTime now, CancellationToken cancellationToken)
    {
        var mended = 0L;
        foreach (var sql in Mend)
        {
            mended += await RunAsync(sql, cancellationToken);
        }
        await db.FeedPositions.Where(p => p.Source == FunnelFeed.Source)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.Position, position).SetProperty(p => p.ApplyTime, now), cancellationToken);
        await EmptyAsync(now, cancellationToken);
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
