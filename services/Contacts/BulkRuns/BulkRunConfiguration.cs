using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.BulkRuns;

/// <summary>Maps bulk runs.</summary>
public sealed class BulkRunConfiguration : IEntityTypeConfiguration<BulkRunRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<BulkRunRow> builder)
    {
        builder.ToTable("bulk_runs").HasKey(r => new { r.AccountId, r.RunId });
        builder.Property(r => r.RunId).ValueGeneratedNever();
    }
}

/// <summary>Maps the pieces of their sets.</summary>
public sealed class BulkRunPieceConfiguration : IEntityTypeConfiguration<BulkRunPieceRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<BulkRunPieceRow> builder)
    {
        builder.ToTable("bulk_run_pieces").HasKey(p => new { p.AccountId, p.RunId, p.PieceNumber });
        builder.Property(p => p.PieceNumber).ValueGeneratedNever();
        builder.Property(p => p.ContactIds).HasMaxLength(BulkRunPieces.Size * sizeof(long));
    }
}
