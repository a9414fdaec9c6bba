using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.ServiceDefaults.Feeds;

/// <summary>How far this service has applied another's changes. One row per source, over all accounts.</summary>
public sealed class FeedPositionRow
{
    private static readonly SqlText Begin = new(
        "INSERT INTO feed_positions (source, position, apply_time) VALUES (@source, '', @now) ON CONFLICT (source) DO NOTHING",
        """
        INSERT INTO feed_positions (source, position, apply_time)
        SELECT @source, '', @now WHERE NOT EXISTS (SELECT 1 FROM feed_positions WITH (UPDLOCK, HOLDLOCK) WHERE source = @source)
        """);

    /// <summary>Name of the service whose changes are followed.</summary>
    public required string Source { get; init; }

    /// <summary>Position of the last change applied; empty at the beginning.</summary>
    public required string Position { get; set; }

    /// <summary>When it was applied.</summary>
    public DateTime ApplyTime { get; set; }

    /// <summary>Moves from one position to another, unless another reader has moved meanwhile; then false.</summary>
    public static async Task<bool> MoveAsync(PlatformDbContext db, string source, string from, string to, DateTime now, CancellationToken cancellationToken) =>
        await db.FeedPositions.Where(p => p.Source == source && p.Position == from)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.Position, to).SetProperty(p => p.ApplyTime, now), cancellationToken) > 0;

    /// <summary>Begins at the beginning, unless this or another replica has begun before.</summary>
    public static async Task EnsureAsync(PlatformDbContext db, string source, DateTime now, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        await using var command = db.Database.GetDbConnection().Command(Begin).With("source", source).With("now", now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal static void Configure(EntityTypeBuilder<FeedPositionRow> entity)
    {
        entity.ToTable("feed_positions").HasKey(p => p.Source);
        entity.Property(p => p.Source).HasMaxLength(40);
        entity.Property(p => p.Position).HasMaxLength(40);
    }
}
