using System.Globalization;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Sequences.Automations;

/// <summary>
/// What a contact's entering a status has set off by one rule, written in the transaction that makes it enter. Whoever has the
/// highest epoch does it, one action after the other; and how far it is, is written together with what became of the action.
/// </summary>
public sealed class AutomationFiringRow : IAccountOwned
{
    /// <summary><see cref="NextAction"/> while the filter was not asked.</summary>
    public const int Filter = -1;

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Identifies it.</summary>
    public long AutomationFiringId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>The rule.</summary>
    public long AutomationRuleId { get; init; }

    /// <summary>Its version then.</summary>
    public long RuleVersion { get; init; }

    /// <summary>Entry of the contact's history. Of one contact, the lower ones are done first.</summary>
    public long StatusVersion { get; init; }

    /// <summary>Where the contact was.</summary>
    public EngagementStatus FromEngagement { get; init; }

    /// <summary>What it entered.</summary>
    public EngagementStatus Engagement { get; init; }

    /// <summary>When, UTC.</summary>
    public DateTime FireTime { get; init; }

    /// <summary>Rules that led to it; see <see cref="AutomationChain"/>.</summary>
    public required string Chain { get; init; }

    /// <summary>How far it is.</summary>
    public AutomationFiringState State { get; init; }

    /// <summary>Why it was stopped.</summary>
    public AutomationStopReason StopReason { get; init; }

    /// <summary>The action that is next, from 0; before that, <see cref="Filter"/>.</summary>
    public int NextAction { get; init; }

    /// <summary>Attempts in vain of what is next.</summary>
    public int AttemptCount { get; init; }

    /// <summary>Grows whenever somebody takes it; who has an older one writes nothing.</summary>
    public long Epoch { get; init; }

    /// <summary>When it is to be taken, by the machines' clock, UTC; null when nothing is left of it.</summary>
    public DateTime? DueTime { get; init; }
}

/// <summary>What became of one action.</summary>
public sealed class AutomationActionRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>What set it off.</summary>
    public long AutomationFiringId { get; init; }

    /// <summary>Place of the action in the rule, from 0.</summary>
    public int Place { get; init; }

    /// <summary>What became of it.</summary>
    public AutomationOutcome Outcome { get; init; }

    /// <summary>Why; empty where there is no reason.</summary>
    public required string Reason { get; init; }

    /// <summary>When, UTC.</summary>
    public DateTime OutcomeTime { get; init; }

    /// <summary>The enrolment that it made; null for none. What becomes of that, this has led to.</summary>
    public long? EnrollmentId { get; init; }

    /// <summary>What other services know the action by.</summary>
    public static string RequestId(long firingId, int place) => string.Create(CultureInfo.InvariantCulture, $"automation-{firingId}-{place}");
}

internal sealed class AutomationFiringConfiguration : IEntityTypeConfiguration<AutomationFiringRow>
{
    public void Configure(EntityTypeBuilder<AutomationFiringRow> builder)
    {
        builder.ToTable("automation_firings").HasKey(f => new { f.AccountId, f.AutomationFiringId });
        builder.Property(f => f.AutomationFiringId).ValueGeneratedNever();
        builder.Property(f => f.FromEngagement).HasConversion<short>();
        builder.Property(f => f.Engagement).HasConversion<short>();
        builder.Property(f => f.State).HasConversion<short>();
        builder.Property(f => f.StopReason).HasConversion<short>();
        builder.Property(f => f.Chain).HasMaxLength(AutomationLimits.Chain * 20);
        // The histories of a contact and of a rule.
        builder.HasIndex(f => new { f.AccountId, f.ContactId, f.AutomationFiringId });
        builder.HasIndex(f => new { f.AccountId, f.AutomationRuleId, f.AutomationFiringId });
        // What is to be done, of all accounts, and which of a contact's goes first.
        builder.HasIndex(f => f.DueTime).HasFilter("due_time IS NOT NULL").HasDatabaseName("ix_automation_firings_due");
        builder.HasIndex(f => new { f.AccountId, f.ContactId, f.StatusVersion }).HasFilter("due_time IS NOT NULL").HasDatabaseName("ix_automation_firings_order");
        // What is over, and forgotten some time.
        builder.HasIndex(f => f.FireTime).HasFilter("due_time IS NULL").HasDatabaseName("ix_automation_firings_over");
    }
}

internal sealed class AutomationActionConfiguration : IEntityTypeConfiguration<AutomationActionRow>
{
    public void Configure(EntityTypeBuilder<AutomationActionRow> builder)
    {
        builder.ToTable("automation_actions").HasKey(a => new { a.AccountId, a.AutomationFiringId, a.Place });
        builder.Property(a => a.AutomationFiringId).ValueGeneratedNever();
        builder.Property(a => a.Place).ValueGeneratedNever();
        builder.Property(a => a.Outcome).HasConversion<short>();
        builder.Property(a => a.Reason).HasMaxLength(AutomationLimits.Reason);
        builder.HasIndex(a => new { a.AccountId, a.EnrollmentId }).HasFilter("enrollment_id IS NOT NULL");
    }
}
