using ContactPlatform.Contacts.Contacts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.CustomFields;

/// <summary>Maps custom fields.</summary>
public sealed class CustomFieldConfiguration : IEntityTypeConfiguration<CustomField>
{
    /// <summary>Unique key of the key.</summary>
    public const string KeyIndex = "ix_custom_fields_field_key";

    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<CustomField> builder)
    {
        builder.ToTable("custom_fields").HasKey(f => new { f.AccountId, f.CustomFieldId });
        builder.Property(f => f.CustomFieldId).ValueGeneratedNever();
        builder.Property(f => f.FieldKey).HasMaxLength(CustomFieldKey.MaximumLength);
        builder.Property(f => f.DisplayName).HasMaxLength(CustomFieldLimits.Name);
        builder.Property(f => f.Version).IsConcurrencyToken();
        builder.HasIndex(f => new { f.AccountId, f.FieldKey }).IsUnique().HasDatabaseName(KeyIndex);
    }
}

/// <summary>Maps what contacts have in custom fields. Each type of value has an index of its own, which ends with the contact: filters walk it in pages.</summary>
public sealed class ContactFieldValueConfiguration : IEntityTypeConfiguration<ContactFieldValue>
{
    /// <summary>Foreign key to the field.</summary>
    public const string FieldReference = "fk_contact_field_values_custom_fields";

    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<ContactFieldValue> builder)
    {
        builder.ToTable("contact_field_values", table => table.HasCheckConstraint("ck_contact_field_values_one",
            """
            CASE WHEN text_value IS NULL THEN 0 ELSE 1 END + CASE WHEN number_value IS NULL THEN 0 ELSE 1 END
            + CASE WHEN date_value IS NULL THEN 0 ELSE 1 END + CASE WHEN boolean_value IS NULL THEN 0 ELSE 1 END = 1
            AND CASE WHEN text_value IS NULL THEN 0 ELSE 1 END = CASE WHEN text_key IS NULL THEN 0 ELSE 1 END
            """)).HasKey(v => new { v.AccountId, v.ContactId, v.CustomFieldId });
        builder.Property(v => v.TextValue).HasMaxLength(CustomFieldLimits.Text);
        builder.Property(v => v.TextKey).HasMaxLength(CustomFieldLimits.Text);
        builder.Property(v => v.NumberValue).HasPrecision(CustomFieldLimits.Digits, CustomFieldLimits.Decimals);
        builder.HasIndex(v => new { v.AccountId, v.CustomFieldId, v.TextKey, v.ContactId }).HasFilter("text_key IS NOT NULL").HasDatabaseName("ix_contact_field_values_text");
        builder.HasIndex(v => new { v.AccountId, v.CustomFieldId, v.NumberValue, v.ContactId }).HasFilter("number_value IS NOT NULL").HasDatabaseName("ix_contact_field_values_number");
        builder.HasIndex(v => new { v.AccountId, v.CustomFieldId, v.DateValue, v.ContactId }).HasFilter("date_value IS NOT NULL").HasDatabaseName("ix_contact_field_values_date");
        builder.HasIndex(v => new { v.AccountId, v.CustomFieldId, v.BooleanValue, v.ContactId }).HasFilter("boolean_value IS NOT NULL").HasDatabaseName("ix_contact_field_values_boolean");
        builder.HasOne<CustomField>().WithMany().HasForeignKey(v => new { v.AccountId, v.CustomFieldId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName(FieldReference);
        builder.HasOne<Contact>().WithMany().HasForeignKey(v => new { v.AccountId, v.ContactId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_contact_field_values_contacts");
    }
}
