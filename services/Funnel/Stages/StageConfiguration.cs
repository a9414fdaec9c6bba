using ContactPlatform.Funnel.Reports;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Funnel.Stages;

internal sealed class ContactStageConfiguration : IEntityTypeConfiguration<ContactStageRow>
{
    public void Configure(EntityTypeBuilder<ContactStageRow> builder)
    {
        // No second index over all: every update of a run would have to maintain it, and a report reads the account's range of the key.
        builder.ToTable("contact_stages").HasKey(s => new { s.AccountId, s.ContactId });
        builder.Property(s => s.ContactId).ValueGeneratedNever();
        builder.Property(s => s.Stage).HasConversion<short?>();
        builder.Property(s => s.LostCause).HasConversion<short>();
        builder.Ignore(s => s.Standing);
        builder.HasIndex(s => new { s.AccountId, s.MergedInto }).HasFilter("merged_into IS NOT NULL");
    }
}

internal sealed class StageChangeConfiguration : IEntityTypeConfiguration<StageChangeRow>
{
    public void Configure(EntityTypeBuilder<StageChangeRow> builder)
    {
        builder.ToTable("stage_changes").HasKey(c => new { c.AccountId, c.ContactId, c.Version });
        builder.Property(c => c.ContactId).ValueGeneratedNever();
        builder.Property(c => c.Version).ValueGeneratedNever();
        builder.Property(c => c.ActorKind).HasConversion<short>();
        builder.Property(c => c.ActorSubject).HasMaxLength(200);
        builder.Property(c => c.ActorName).HasMaxLength(200);
        builder.Property(c => c.FromStage).HasConversion<short?>();
        builder.Property(c => c.ToStage).HasConversion<short?>();
        builder.Property(c => c.Cause).HasConversion<short>();
        builder.Property(c => c.Move).HasComputedColumnSql(StandingCode.MoveSql, stored: true);
        // Reports of the past and flows count the moves of a kind in a range of time, from the index alone.
        builder.HasIndex(c => new { c.AccountId, c.Move, c.ChangeTime });
        // What a run of Funnel moved, in the order in which it is undone and listed. LABEL_RULE and UNDO: the run ids of
        // imports are those of Contacts.
        builder.HasIndex(c => new { c.AccountId, c.RunId, c.ContactId }).HasFilter("cause IN (3, 6)");
    }
}
