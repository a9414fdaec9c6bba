using ContactPlatform.Contacts.Contacts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.Labels;

/// <summary>Maps labels.</summary>
public sealed class LabelConfiguration : IEntityTypeConfiguration<Label>
{
    /// <summary>Unique key of the name.</summary>
    public const string NameKey = "ix_labels_name_key";

    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<Label> builder)
    {
        builder.ToTable("labels").HasKey(l => new { l.AccountId, l.LabelId });
        builder.Property(l => l.LabelId).ValueGeneratedNever();
        builder.Property(l => l.DisplayName).HasMaxLength(LabelName.MaximumLength);
        builder.Property(l => l.NameKey).HasMaxLength(LabelName.MaximumKeyLength);
        builder.Property(l => l.Version).IsConcurrencyToken();
        builder.HasIndex(l => new { l.AccountId, l.NameKey }).IsUnique().HasDatabaseName(NameKey);
    }
}

/// <summary>Maps who carries which label. Foreign keys, because single changes take no lock that could hold them apart.</summary>
public sealed class LabelMemberConfiguration : IEntityTypeConfiguration<LabelMember>
{
    /// <summary>Foreign key to the label.</summary>
    public const string LabelKey = "fk_label_members_labels";

    /// <summary>Foreign key to the contact.</summary>
    public const string ContactKey = "fk_label_members_contacts";

    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<LabelMember> builder)
    {
        builder.ToTable("label_members").HasKey(m => new { m.AccountId, m.LabelId, m.ContactId });
        builder.HasIndex(m => new { m.AccountId, m.ContactId }).HasDatabaseName("ix_label_members_contact");
        builder.HasOne<Label>().WithMany().HasForeignKey(m => new { m.AccountId, m.LabelId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName(LabelKey);
        builder.HasOne<Contact>().WithMany().HasForeignKey(m => new { m.AccountId, m.ContactId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName(ContactKey);
    }
}
