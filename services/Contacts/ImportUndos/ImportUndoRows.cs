using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.ImportUndos;

/// <summary>An undo of an import as stored, beside its run of the same id.</summary>
public sealed class ImportUndoRow : IAccountOwned
{
    /// <summary>Kind of the runs.</summary>
    public const string RunKind = "import-undo";

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Id of the undo and of its run.</summary>
    public long ImportUndoId { get; init; }

    /// <summary>The import.</summary>
    public long ImportId { get; init; }

    /// <summary>Contacts deleted.</summary>
    public long DeletedCount { get; set; }

    /// <summary>Contacts that are as before.</summary>
    public long RestoredCount { get; set; }

    /// <summary>Contacts of which a part is as before.</summary>
    public long PartlyRestoredCount { get; set; }

    /// <summary>Contacts that stay as they are.</summary>
    public long KeptCount { get; set; }

    /// <summary>Contacts that are gone.</summary>
    public long FailedCount { get; set; }
}

/// <summary>A contact that an undo could not put back, or not wholly.</summary>
public sealed class ImportUndoResultRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The undo.</summary>
    public long ImportUndoId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>What became of it.</summary>
    public V1.ImportUndoOutcome Outcome { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>Names of the fields that stay, separated by commas.</summary>
    public required string KeptFields { get; init; }
}

internal sealed class ImportUndoConfiguration : IEntityTypeConfiguration<ImportUndoRow>
{
    public void Configure(EntityTypeBuilder<ImportUndoRow> builder)
    {
        builder.ToTable("import_undos").HasKey(u => new { u.AccountId, u.ImportUndoId });
        builder.Property(u => u.ImportUndoId).ValueGeneratedNever();
    }
}

internal sealed class ImportUndoResultConfiguration : IEntityTypeConfiguration<ImportUndoResultRow>
{
    public void Configure(EntityTypeBuilder<ImportUndoResultRow> builder)
    {
        builder.ToTable("import_undo_results").HasKey(r => new { r.AccountId, r.ImportUndoId, r.ContactId });
        builder.Property(r => r.ContactId).ValueGeneratedNever();
        builder.Property(r => r.Outcome).HasConversion<short>();
        builder.Property(r => r.Reason).HasMaxLength(60);
    }
}
