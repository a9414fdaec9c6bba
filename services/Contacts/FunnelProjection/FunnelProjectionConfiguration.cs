using ContactPlatform.Contacts.Contacts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.FunnelProjection;

internal sealed class ContactStageConfiguration : IEntityTypeConfiguration<ContactStage>
{
    public void Configure(EntityTypeBuilder<ContactStage> builder)
    {
        builder.ToTable("contact_stages").HasKey(s => new { s.AccountId, s.ContactId });
        builder.Property(s => s.Stage).HasConversion<short?>();
        builder.HasIndex(s => new { s.AccountId, s.Stage, s.Lost, s.ContactId }).HasDatabaseName("ix_contact_stages_stage");
        builder.HasOne<Contact>().WithOne().HasForeignKey<ContactStage>(s => new { s.AccountId, s.ContactId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_contact_stages_contacts");
    }
}

internal sealed class RebuiltContactStageConfiguration : IEntityTypeConfiguration<RebuiltContactStage>
{
    public void Configure(EntityTypeBuilder<RebuiltContactStage> builder)
    {
        builder.ToTable("rebuilt_contact_stages").HasKey(s => new { s.AccountId, s.ContactId });
        builder.Property(s => s.ContactId).ValueGeneratedNever();
        builder.Property(s => s.Stage).HasConversion<short?>();
    }
}

internal sealed class FunnelDefaultConfiguration : IEntityTypeConfiguration<FunnelDefault>
{
    public void Configure(EntityTypeBuilder<FunnelDefault> builder)
    {
        builder.ToTable("funnel_defaults").HasKey(d => d.AccountId);
        builder.Property(d => d.AccountId).ValueGeneratedNever();
        builder.Property(d => d.Stage).HasConversion<short>();
    }
}

internal sealed class RebuiltFunnelDefaultConfiguration : IEntityTypeConfiguration<RebuiltFunnelDefault>
{
    public void Configure(EntityTypeBuilder<RebuiltFunnelDefault> builder)
    {
        builder.ToTable("rebuilt_funnel_defaults").HasKey(d => d.AccountId);
        builder.Property(d => d.AccountId).ValueGeneratedNever();
        builder.Property(d => d.Stage).HasConversion<short>();
    }
}
