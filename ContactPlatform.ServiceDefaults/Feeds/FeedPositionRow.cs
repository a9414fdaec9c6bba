using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.ServiceDefaults.Feeds;

/// <summary>How far this service has applied another's changes. One row per source, over all accounts.</summary>
public sealed class FeedPositionRow
{
    /// <summary>Name of the service whose changes are followed.</summary>
    public required string Source { get; init; }

    /// <summary>Position of the last change applied; empty at the beginning.</summary>
    public required string Position { get; set; }

    /// <summary>When it was applied.</summary>
    public DateTime ApplyTime { get; set; }

    internal static void Configure(EntityTypeBuilder<FeedPositionRow> entity)
    {
        entity.ToTable("feed_positions").HasKey(p => p.Source);
        entity.Property(p => p.Source).HasMaxLength(40);
        entity.Property(p => p.Position).HasMaxLength(40);
    }
}
