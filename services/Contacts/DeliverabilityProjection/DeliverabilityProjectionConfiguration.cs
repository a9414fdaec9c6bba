using ContactPlatform.Contacts.Contacts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.DeliverabilityProjection;

internal sealed class ContactDeliverabilityConfiguration : IEntityTypeConfiguration<ContactDeliverability>
{
    public void Configure(EntityTypeBuilder<ContactDeliverability> builder)
    {
        builder.ToTable("contact_deliverability").HasKey(d => new { d.AccountId, d.ContactId });
        builder.Property(d => d.Status).HasConversion<short>();
        builder.HasIndex(d => new { d.AccountId, d.Status, d.ContactId }).HasDatabaseName("ix_contact_deliverability_status");
        builder.HasOne<Contact>().WithOne().HasForeignKey<ContactDeliverability>(d => new { d.AccountId, d.ContactId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_contact_deliverability_contacts");
    }
}

internal sealed class RebuiltContactDeliverabilityConfiguration : IEntityTypeConfiguration<RebuiltContactDeliverability>
{
    public void Configure(EntityTypeBuilder<RebuiltContactDeliverability> builder)
    {
        builder.ToTable("rebuilt_contact_deliverability").HasKey(d => new { d.AccountId, d.ContactId });
        builder.Property(d => d.ContactId).ValueGeneratedNever();
        builder.Property(d => d.Status).HasConversion<short>();
    }
}
