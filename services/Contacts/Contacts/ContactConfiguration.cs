using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.Contacts;

/// <summary>Maps contacts. Both unique keys are filtered: a contact without email does not take part in the first.</summary>
public sealed class ContactConfiguration : IEntityTypeConfiguration<Contact>
{
    /// <summary>Unique key of the email.</summary>
    public const string EmailKey = "ix_contacts_email";

    /// <summary>Unique key of the phone among contacts without email.</summary>
    public const string PhoneKey = "ix_contacts_phone";

    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<Contact> builder)
    {
        builder.ToTable("contacts", table => table.HasCheckConstraint("ck_contacts_reachable", "email IS NOT NULL OR phone IS NOT NULL"));
        builder.HasKey(c => new { c.AccountId, c.ContactId });
        builder.Property(c => c.ContactId).ValueGeneratedNever();
        builder.Property(c => c.Email).HasMaxLength(EmailAddress.MaximumLength);
        builder.Property(c => c.Phone).HasMaxLength(PhoneNumber.MaximumLength);
        builder.Property(c => c.GivenName).HasMaxLength(ContactLimits.Text);
        builder.Property(c => c.FamilyName).HasMaxLength(ContactLimits.Text);
        builder.Property(c => c.TimeZone).HasMaxLength(TimeZoneName.MaximumLength);
        builder.Property(c => c.Source).HasMaxLength(ContactLimits.Text);
        builder.Property(c => c.Owner).HasMaxLength(ContactLimits.Text);
        builder.Property(c => c.GivenNameKey).HasMaxLength(TextKey.Growth * ContactLimits.Text);
        builder.Property(c => c.FamilyNameKey).HasMaxLength(TextKey.Growth * ContactLimits.Text);
        builder.Property(c => c.SourceKey).HasMaxLength(TextKey.Growth * ContactLimits.Text);
        builder.Property(c => c.Version).IsConcurrencyToken();
        builder.HasIndex(c => new { c.AccountId, c.Email }).IsUnique().HasFilter("email IS NOT NULL").HasDatabaseName(EmailKey);
        builder.HasIndex(c => new { c.AccountId, c.Phone }).IsUnique().HasFilter("email IS NULL AND phone IS NOT NULL").HasDatabaseName(PhoneKey);
        // Who has a phone beside an email; the others are in the unique index.
        builder.HasIndex(c => new { c.AccountId, c.Phone }, "ix_contacts_second_phone").HasFilter("email IS NOT NULL AND phone IS NOT NULL");
        // Empty, but for rows from before there were keys, until ContactKeys has filled them.
        builder.HasIndex(c => new { c.AccountId, c.ContactId }).HasFilter("given_name_key IS NULL").HasDatabaseName("ix_contacts_without_keys");
    }
}
