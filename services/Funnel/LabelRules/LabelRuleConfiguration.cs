using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Funnel.LabelRules;

internal sealed class LabelRuleConfiguration : IEntityTypeConfiguration<LabelRuleRow>
{
    public void Configure(EntityTypeBuilder<LabelRuleRow> builder)
    {
        builder.ToTable("label_rules").HasKey(r => new { r.AccountId, r.LabelRuleId });
        builder.Property(r => r.LabelRuleId).ValueGeneratedNever();
        builder.Property(r => r.Stage).HasConversion<short>();
        builder.Property(r => r.DisplayName).HasMaxLength(200);
        builder.HasIndex(r => new { r.AccountId, r.LabelId, r.Stage }).IsUnique();
    }
}

internal sealed class LabelRuleRunConfiguration : IEntityTypeConfiguration<LabelRuleRunRow>
{
    public void Configure(EntityTypeBuilder<LabelRuleRunRow> builder)
    {
        builder.ToTable("label_rule_runs").HasKey(r => new { r.AccountId, r.RunId });
        builder.Property(r => r.RunId).ValueGeneratedNever();
        builder.Property(r => r.Stage).HasConversion<short>();
        builder.Property(r => r.MembersDifference).HasMaxLength(1000);
    }
}

internal sealed class LabelRuleTargetConfiguration : IEntityTypeConfiguration<LabelRuleTargetRow>
{
    public void Configure(EntityTypeBuilder<LabelRuleTargetRow> builder)
    {
        builder.ToTable("label_rule_targets").HasKey(t => new { t.AccountId, t.RunId, t.ChunkNumber });
        builder.Property(t => t.ChunkNumber).ValueGeneratedNever();
        builder.Property(t => t.ContactIds).HasMaxLength(LabelRuleTargets.ChunkSize * sizeof(long));
    }
}
