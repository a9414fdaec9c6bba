using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Maps imports.</summary>
public sealed class ImportConfiguration : IEntityTypeConfiguration<ImportRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<ImportRow> builder)
    {
        builder.ToTable("imports").HasKey(i => new { i.AccountId, i.ImportId });
        builder.Property(i => i.ImportId).ValueGeneratedNever();
    }
}

/// <summary>Maps the pieces of uploaded files.</summary>
public sealed class ImportChunkConfiguration : IEntityTypeConfiguration<ImportChunkRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<ImportChunkRow> builder)
    {
        builder.ToTable("import_chunks").HasKey(c => new { c.AccountId, c.ImportId, c.Number });
        builder.Property(c => c.Number).ValueGeneratedNever();
    }
}

/// <summary>Maps refused rows.</summary>
public sealed class ImportErrorConfiguration : IEntityTypeConfiguration<ImportErrorRow>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<ImportErrorRow> builder)
    {
        builder.ToTable("import_errors").HasKey(e => new { e.AccountId, e.ImportId, e.Number });
        builder.Property(e => e.Number).ValueGeneratedNever();
    }
}
