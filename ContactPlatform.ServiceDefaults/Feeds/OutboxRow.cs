using System.Globalization;
using ContactPlatform.ServiceDefaults.Data;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.ServiceDefaults.Feeds;

/// <summary>
/// A change to tell other services, written in the transaction that made it. What orders the rows is not when they were
/// inserted but when their transactions can no longer be overtaken: see <see cref="FeedReader"/>.
/// </summary>
public sealed class OutboxRow : IAccountOwned
{
    /// <summary>Account in which it happened.</summary>
    public long AccountId { get; init; }

    /// <summary>Number of the row, in the order of insertion.</summary>
    public long ChangeId { get; private set; }

    /// <summary>PostgreSQL: the writer's transaction, or the last one that was done when the row was written, whichever is later.</summary>
    public ulong TransactionId { get; private set; }

    /// <summary>SQL Server: the row's version, which grows over the whole database.</summary>
    public byte[] RowVersion { get; private set; } = [];

    /// <summary>The change: a StreamChangesResponse without its position.</summary>
    public required byte[] Payload { get; init; }

    /// <summary>Where the row stands in the feed; known once it is saved.</summary>
    public string Position => Format(TransactionId == 0 && RowVersion.Length == 8 ? System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(RowVersion) : TransactionId, ChangeId);

    /// <summary>Makes the row of a change.</summary>
    public static OutboxRow Of(long accountId, IMessage change) => new() { AccountId = accountId, Payload = change.ToByteArray() };

    /// <summary>
    /// Writes a position, for rows that were inserted by a hand-written statement. Fixed in length, so that positions
    /// compare as text as they do in the feed.
    /// </summary>
    /// <param name="order">PostgreSQL: the number of a transaction; SQL Server: the row version.</param>
    /// <param name="id">Number of the row.</param>
    public static string Format(ulong order, long id) => string.Create(CultureInfo.InvariantCulture, $"{order:x16}-{id:x16}");

    /// <summary>Reads a position; false when it is malformed. The empty position is the beginning.</summary>
    public static bool TryParse(string position, out ulong order, out long id)
    {
        (order, id) = (0, 0);
        return position.Length == 0
            || (position.Length == 33 && position[16] == '-'
                && ulong.TryParse(position.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out order)
                && long.TryParse(position.AsSpan(17), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id)
                && id >= 0);
    }

    // Its own number alone would not do: a transaction gets it with its first lock, and may wait for a row that a later one
    // changes and commits. When it writes here at last that one is done, so it stands at or behind the last done (at the
    // same number the row's own number tells them apart), and never before its own, below which readers stay while it runs.
    private const string Order = "GREATEST(pg_current_xact_id(), (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)::text::xid8)";

    internal static void Configure(EntityTypeBuilder<OutboxRow> entity, bool sqlServer)
    {
        // The key starts with the account like every other; the feed reads by the second index.
        entity.ToTable("outbox").HasKey(o => new { o.AccountId, o.ChangeId });
        entity.Property(o => o.ChangeId).ValueGeneratedOnAdd();
        entity.Ignore(o => o.Position);
        if (sqlServer)
        {
            entity.Ignore(o => o.TransactionId);
            entity.Property(o => o.RowVersion).IsRowVersion();
            entity.HasIndex(o => new { o.RowVersion, o.ChangeId });
        }
        else
        {
            entity.Ignore(o => o.RowVersion);
            entity.Property(o => o.TransactionId).HasColumnType("xid8").HasDefaultValueSql(Order).ValueGeneratedOnAdd();
            entity.HasIndex(o => new { o.TransactionId, o.ChangeId });
        }
    }
}
