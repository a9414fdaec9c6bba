using ContactPlatform.Contacts.Contacts;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.ImportUndos;

/// <summary>Contacts that one batch of an import made. Their ids say nothing about anybody, so the row outlives them.</summary>
public sealed class ImportCreationRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The import.</summary>
    public long ImportId { get; init; }

    /// <summary>Number of the batch's last row.</summary>
    public long Number { get; init; }

    /// <summary>Stage that the batch named for them, as in FunnelStage; 0 for none.</summary>
    public short Stage { get; init; }

    /// <summary>How many they are.</summary>
    public int ContactCount { get; init; }

    /// <summary>When they were made, UTC: a contact with another update time was changed since.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>Their ids: a ContactsCreated of the change feed, serialised.</summary>
    public required byte[] ContactIds { get; init; }
}

/// <summary>A contact that one batch of an import changed.</summary>
public sealed class ImportChangeRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The import.</summary>
    public long ImportId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>Number of the batch's last row.</summary>
    public long Number { get; init; }

    /// <summary>Stage that the batch named for it, as in FunnelStage; 0 for none.</summary>
    public short Stage { get; init; }

    /// <summary>Version of its record after the batch.</summary>
    public long Version { get; init; }

    /// <summary>When it was changed, UTC.</summary>
    public DateTime ChangeTime { get; init; }

    /// <summary>Labels that it gained, as JSON.</summary>
    public required string LabelIds { get; init; }
}

/// <summary>What a contact had before a batch changed its fields, and after. Goes with its contact.</summary>
public sealed class ImportValueRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The import.</summary>
    public long ImportId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>Number of the batch's last row.</summary>
    public long Number { get; init; }

    /// <summary>An <see cref="ImportChange"/> as JSON.</summary>
    public required string Detail { get; init; }
}

internal sealed class ImportCreationConfiguration : IEntityTypeConfiguration<ImportCreationRow>
{
    public void Configure(EntityTypeBuilder<ImportCreationRow> builder)
    {
        builder.ToTable("import_creations").HasKey(c => new { c.AccountId, c.ImportId, c.Number, c.Stage });
        builder.Property(c => c.Number).ValueGeneratedNever();
        builder.Property(c => c.Stage).ValueGeneratedNever();
    }
}

internal sealed class ImportChangeConfiguration : IEntityTypeConfiguration<ImportChangeRow>
{
    public void Configure(EntityTypeBuilder<ImportChangeRow> builder)
    {
        builder.ToTable("import_changes").HasKey(c => new { c.AccountId, c.ImportId, c.ContactId, c.Number });
        builder.Property(c => c.Number).ValueGeneratedNever();
    }
}

internal sealed class ImportValueConfiguration : IEntityTypeConfiguration<ImportValueRow>
{
    public void Configure(EntityTypeBuilder<ImportValueRow> builder)
    {
        builder.ToTable("import_values").HasKey(c => new { c.AccountId, c.ImportId, c.ContactId, c.Number });
        builder.Property(c => c.Number).ValueGeneratedNever();
        builder.HasIndex(c => new { c.AccountId, c.ContactId }).HasDatabaseName("ix_import_values_contact");
        builder.HasOne<Contact>().WithMany().HasForeignKey(c => new { c.AccountId, c.ContactId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_import_values_contacts");
    }
}
