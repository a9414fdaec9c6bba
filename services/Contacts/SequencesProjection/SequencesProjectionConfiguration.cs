using ContactPlatform.Contacts.Contacts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.SequencesProjection;

internal sealed class ContactOutreachConfiguration : IEntityTypeConfiguration<ContactOutreach>
{
    public void Configure(EntityTypeBuilder<ContactOutreach> builder)
    {
        builder.ToTable("contact_outreach").HasKey(o => new { o.AccountId, o.ContactId });
        builder.Property(o => o.Engagement).HasConversion<short>();
        builder.Property(o => o.CallStatus).HasConversion<short>();
        builder.HasIndex(o => new { o.AccountId, o.Engagement, o.ContactId }).HasDatabaseName("ix_contact_outreach_engagement");
        builder.HasOne<Contact>().WithOne().HasForeignKey<ContactOutreach>(o => new { o.AccountId, o.ContactId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_contact_outreach_contacts");
    }
}

internal sealed class RebuiltContactOutreachConfiguration : IEntityTypeConfiguration<RebuiltContactOutreach>
{
    public void Configure(EntityTypeBuilder<RebuiltContactOutreach> builder)
    {
        builder.ToTable("rebuilt_contact_outreach").HasKey(o => new { o.AccountId, o.ContactId });
        builder.Property(o => o.ContactId).ValueGeneratedNever();
        builder.Property(o => o.Engagement).HasConversion<short>();
        builder.Property(o => o.CallStatus).HasConversion<short>();
    }
}

internal sealed class ContactEnrollmentConfiguration : IEntityTypeConfiguration<ContactEnrollment>
{
    public void Configure(EntityTypeBuilder<ContactEnrollment> builder)
    {
        builder.ToTable("contact_enrollments").HasKey(e => new { e.AccountId, e.ContactId, e.SequenceId });
        builder.Property(e => e.Status).HasConversion<short>();
        builder.HasIndex(e => new { e.AccountId, e.SequenceId, e.ContactId }).HasDatabaseName("ix_contact_enrollments_sequence");
        builder.HasOne<Contact>().WithMany().HasForeignKey(e => new { e.AccountId, e.ContactId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_contact_enrollments_contacts");
    }
}

internal sealed class RebuiltContactEnrollmentConfiguration : IEntityTypeConfiguration<RebuiltContactEnrollment>
{
    public void Configure(EntityTypeBuilder<RebuiltContactEnrollment> builder)
    {
        builder.ToTable("rebuilt_contact_enrollments").HasKey(e => new { e.AccountId, e.ContactId, e.SequenceId });
        builder.Property(e => e.ContactId).ValueGeneratedNever();
        builder.Property(e => e.SequenceId).ValueGeneratedNever();
        builder.Property(e => e.Status).HasConversion<short>();
    }
}
