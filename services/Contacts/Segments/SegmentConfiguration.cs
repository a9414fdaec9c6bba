using ContactPlatform.ServiceDefaults.Filters;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.Segments;

/// <summary>Maps segments.</summary>
public sealed class SegmentConfiguration : IEntityTypeConfiguration<Segment>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<Segment> builder)
    {
        builder.ToTable("segments").HasKey(s => new { s.AccountId, s.SegmentId });
        builder.Property(s => s.SegmentId).ValueGeneratedNever();
        builder.Property(s => s.DisplayName).HasMaxLength(SegmentLimits.Name);
        builder.Property(s => s.NameKey).HasMaxLength(TextKey.Growth * SegmentLimits.Name);
        builder.Property(s => s.FilterText).HasMaxLength(FilterLength.Maximum);
        builder.Property(s => s.Version).IsConcurrencyToken();
        builder.HasIndex(s => new { s.AccountId, s.NameKey }).IsUnique().HasDatabaseName("ix_segments_name_key");
    }
}

/// <summary>Maps snapshots.</summary>
public sealed class SegmentSnapshotConfiguration : IEntityTypeConfiguration<SegmentSnapshot>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<SegmentSnapshot> builder)
    {
        builder.ToTable("segment_snapshots").HasKey(s => new { s.AccountId, s.SegmentSnapshotId });
        builder.Property(s => s.SegmentSnapshotId).ValueGeneratedNever();
        builder.Property(s => s.FilterText).HasMaxLength(FilterLength.Maximum);
    }
}

/// <summary>Maps who is in a snapshot. No reference to contacts: checking it would take longer than everything else that freezing does.</summary>
public sealed class SegmentSnapshotMemberConfiguration : IEntityTypeConfiguration<SegmentSnapshotMember>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<SegmentSnapshotMember> builder) =>
        builder.ToTable("segment_snapshot_members").HasKey(m => new { m.AccountId, m.SegmentSnapshotId, m.ContactId });
}
