using ContactPlatform.Contacts.Segments;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.Views;

/// <summary>A segment with the columns to show of its contacts and their order. Its name is unique in the account without regard to case; the database holds that.</summary>
public sealed class View : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Id from the database's sequence.</summary>
    public long ViewId { get; init; }

    /// <summary>Name as it is shown.</summary>
    public required string DisplayName { get; set; }

    /// <summary>Name as it is compared: <see cref="TextKey"/>.</summary>
    public required string NameKey { get; set; }

    /// <summary>The segment, which stays for as long as the view does.</summary>
    public long SegmentId { get; set; }

    /// <summary>Names of columns; those of custom fields may be gone.</summary>
    public required List<string> ColumnNames { get; set; }

    /// <summary>As <see cref="ViewOrder"/> writes it.</summary>
    public required string OrderBy { get; set; }

    /// <summary>When it was created, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When it last changed, UTC.</summary>
    public DateTime UpdateTime { get; set; }

    /// <summary>Grows with every change; the etag.</summary>
    public long Version { get; set; } = 1;
}

/// <summary>Maps views.</summary>
public sealed class ViewConfiguration : IEntityTypeConfiguration<View>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<View> builder)
    {
        builder.ToTable("views").HasKey(v => new { v.AccountId, v.ViewId });
        builder.Property(v => v.ViewId).ValueGeneratedNever();
        builder.Property(v => v.DisplayName).HasMaxLength(SegmentLimits.Name);
        builder.Property(v => v.NameKey).HasMaxLength(TextKey.Growth * SegmentLimits.Name);
        builder.Property(v => v.OrderBy).HasMaxLength(ViewLimits.OrderBy);
        builder.Property(v => v.Version).IsConcurrencyToken();
        builder.HasIndex(v => new { v.AccountId, v.NameKey }).IsUnique().HasDatabaseName("ix_views_name_key");
        builder.HasIndex(v => new { v.AccountId, v.SegmentId }).HasDatabaseName("ix_views_segment");
        builder.HasOne<Segment>().WithMany().HasForeignKey(v => new { v.AccountId, v.SegmentId }).OnDelete(DeleteBehavior.NoAction).HasConstraintName("fk_views_segments");
    }
}
