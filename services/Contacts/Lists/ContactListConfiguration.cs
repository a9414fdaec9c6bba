using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.Labels;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.Lists;

/// <summary>Maps static lists.</summary>
public sealed class ContactListConfiguration : IEntityTypeConfiguration<ContactList>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<ContactList> builder)
    {
        builder.ToTable("contact_lists").HasKey(l => new { l.AccountId, l.ContactListId });
        builder.Property(l => l.ContactListId).ValueGeneratedNever();
        builder.Property(l => l.DisplayName).HasMaxLength(LabelName.MaximumLength);
        builder.Property(l => l.NameKey).HasMaxLength(LabelName.MaximumKeyLength);
        builder.Property(l => l.Version).IsConcurrencyToken();
        builder.HasIndex(l => new { l.AccountId, l.NameKey }).IsUnique().HasDatabaseName("ix_contact_lists_name_key");
    }
}

/// <summary>Maps who is on which list.</summary>
public sealed class ContactListMemberConfiguration : IEntityTypeConfiguration<ContactListMember>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<ContactListMember> builder)
    {
        builder.ToTable("contact_list_members").HasKey(m => new { m.AccountId, m.ContactListId, m.ContactId });
        builder.HasIndex(m => new { m.AccountId, m.ContactId }).HasDatabaseName("ix_contact_list_members_contact");
        builder.HasOne<ContactList>().WithMany().HasForeignKey(m => new { m.AccountId, m.ContactListId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_contact_list_members_lists");
        builder.HasOne<Contact>().WithMany().HasForeignKey(m => new { m.AccountId, m.ContactId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_contact_list_members_contacts");
    }
}
