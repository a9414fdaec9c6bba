using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Funnel.Previews;

/// <summary>A preview of a label rule. Its set is in label_rule_targets, under its id.</summary>
public sealed class PreviewRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The preview; from the same sequence as the ids of runs.</summary>
    public long PreviewId { get; init; }

    /// <summary>The rule.</summary>
    public long LabelRuleId { get; init; }

    /// <summary>SHA-256 over the rule, its label and stage, and the set; null until the set is written down.</summary>
    public byte[]? Digest { get; init; }

    /// <summary>When the set was read.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When it ends, unless a run still waits with it.</summary>
    public DateTime ExpireTime { get; init; }
}

internal sealed class PreviewConfiguration : IEntityTypeConfiguration<PreviewRow>
{
    public void Configure(EntityTypeBuilder<PreviewRow> builder)
    {
        builder.ToTable("label_rule_previews").HasKey(p => new { p.AccountId, p.PreviewId });
        builder.Property(p => p.PreviewId).ValueGeneratedNever();
        builder.Property(p => p.Digest).HasMaxLength(32);
        builder.HasIndex(p => p.ExpireTime);
    }
}
