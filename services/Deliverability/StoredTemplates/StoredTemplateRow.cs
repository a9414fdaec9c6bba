using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Deliverability.StoredTemplates;

/// <summary>A content of mails under a name, which is unique in the account without regard to case; the database holds that.</summary>
public sealed class StoredTemplateRow : IAccountOwned
{
    /// <summary>Characters of a name.</summary>
    public const int MaximumName = 60;

    /// <summary>Templates of an account.</summary>
    public const int MaximumOfAccount = 1_000;

    /// <summary>Versions of a template.</summary>
    public const int MaximumVersions = 10_000;

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The template.</summary>
    public long MailTemplateId { get; init; }

    /// <summary>Name as it is shown.</summary>
    public required string Name { get; set; }

    /// <summary>Name as it is compared: in lower case; it is ASCII.</summary>
    public required string NameKey { get; set; }

    /// <summary>The newest version of its content.</summary>
    public int ContentVersion { get; set; } = 1;

    /// <summary>When it was stored, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When it last changed, UTC.</summary>
    public DateTime UpdateTime { get; set; }

    /// <summary>Grows with every change; the etag.</summary>
    public long Version { get; set; } = 1;
}

/// <summary>One version of a template's content. Never changed.</summary>
public sealed class StoredTemplateVersionRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The template.</summary>
    public long MailTemplateId { get; init; }

    /// <summary>The version, from 1.</summary>
    public int ContentVersion { get; init; }

    /// <summary>A <see cref="V1.MailContent"/>.</summary>
    public required byte[] Content { get; init; }

    /// <summary>When it was stored, UTC.</summary>
    public DateTime CreateTime { get; init; }
}

internal sealed class StoredTemplateConfiguration : IEntityTypeConfiguration<StoredTemplateRow>, IEntityTypeConfiguration<StoredTemplateVersionRow>
{
    public void Configure(EntityTypeBuilder<StoredTemplateRow> builder)
    {
        builder.ToTable("mail_templates").HasKey(t => new { t.AccountId, t.MailTemplateId });
        builder.Property(t => t.MailTemplateId).ValueGeneratedNever();
        builder.Property(t => t.Name).HasMaxLength(StoredTemplateRow.MaximumName);
        builder.Property(t => t.NameKey).HasMaxLength(StoredTemplateRow.MaximumName);
        builder.Property(t => t.Version).IsConcurrencyToken();
        builder.HasIndex(t => new { t.AccountId, t.NameKey }).IsUnique().HasDatabaseName("ix_mail_templates_name_key");
    }

    public void Configure(EntityTypeBuilder<StoredTemplateVersionRow> builder)
    {
        builder.ToTable("mail_template_versions").HasKey(v => new { v.AccountId, v.MailTemplateId, v.ContentVersion });
        builder.Property(v => v.MailTemplateId).ValueGeneratedNever();
        builder.Property(v => v.ContentVersion).ValueGeneratedNever();
        builder.HasOne<StoredTemplateRow>().WithMany().HasForeignKey(v => new { v.AccountId, v.MailTemplateId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_mail_template_versions_mail_templates");
    }
}
