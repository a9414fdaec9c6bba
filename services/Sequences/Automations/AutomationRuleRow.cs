using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Sequences.Automations;

/// <summary>A rule, with what has to be known of it in the transaction that changes a status.</summary>
public sealed class AutomationRuleRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The rule.</summary>
    public long AutomationRuleId { get; init; }

    /// <summary>Name for people.</summary>
    public required string DisplayName { get; set; }

    /// <summary>True while it does nothing.</summary>
    public bool Disabled { get; set; }

    /// <summary>Statuses whose entering sets it off: a bit for each, by its number.</summary>
    public int EntryMask { get; set; }

    /// <summary>Present version of its condition and actions.</summary>
    public long RuleVersion { get; set; } = 1;

    /// <summary>When it was made, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When it last changed, UTC.</summary>
    public DateTime UpdateTime { get; set; }

    /// <summary>Grows with every change; the etag.</summary>
    public long Version { get; set; } = 1;
}

/// <summary>Condition and actions of a rule, present and past: what was set off is done as the rule was then. Outlives its rule, for the history.</summary>
public sealed class AutomationRuleVersionRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The rule.</summary>
    public long AutomationRuleId { get; init; }

    /// <summary>1, 2, 3, …</summary>
    public long RuleVersion { get; init; }

    /// <summary>An AutomationRule with name, condition and actions.</summary>
    public required byte[] Content { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>Takes it apart.</summary>
    public AutomationRule Read() => AutomationRule.Parser.ParseFrom(Content);
}

internal sealed class AutomationRuleConfiguration : IEntityTypeConfiguration<AutomationRuleRow>
{
    public void Configure(EntityTypeBuilder<AutomationRuleRow> builder)
    {
        builder.ToTable("automation_rules").HasKey(r => new { r.AccountId, r.AutomationRuleId });
        builder.Property(r => r.AutomationRuleId).ValueGeneratedNever();
        builder.Property(r => r.DisplayName).HasMaxLength(AutomationLimits.Name);
        builder.Property(r => r.Version).IsConcurrencyToken();
    }
}

internal sealed class AutomationRuleVersionConfiguration : IEntityTypeConfiguration<AutomationRuleVersionRow>
{
    public void Configure(EntityTypeBuilder<AutomationRuleVersionRow> builder)
    {
        builder.ToTable("automation_rule_versions").HasKey(v => new { v.AccountId, v.AutomationRuleId, v.RuleVersion });
        builder.Property(v => v.AutomationRuleId).ValueGeneratedNever();
        builder.Property(v => v.RuleVersion).ValueGeneratedNever();
    }
}
