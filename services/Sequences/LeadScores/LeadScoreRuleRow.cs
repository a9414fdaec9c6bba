using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Sequences.LeadScores;

/// <summary>What a status is worth.</summary>
public sealed class LeadScoreRuleRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The rule.</summary>
    public long LeadScoreRuleId { get; init; }

    /// <summary>Name for people.</summary>
    public required string DisplayName { get; set; }

    /// <summary>The status whose entering is worth something.</summary>
    public EngagementStatus Engagement { get; set; }

    /// <summary>The points.</summary>
    public int Points { get; set; }

    /// <summary>True while nothing is given.</summary>
    public bool Disabled { get; set; }

    /// <summary>When it was made, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When it last changed, UTC.</summary>
    public DateTime UpdateTime { get; set; }

    /// <summary>Grows with every change; the etag.</summary>
    public long Version { get; set; } = 1;
}

/// <summary>How far points are.</summary>
public enum LeadScoreAwardOutcome
{
    /// <summary>On the way.</summary>
    Waiting = 1,

    /// <summary>Contacts has added them.</summary>
    Given = 2,

    /// <summary>The contact was gone before.</summary>
    ContactGone = 3,
}

/// <summary>
/// Points that a contact gets, written in the transaction that makes it enter the status: whatever becomes of any process, they are
/// brought to Contacts, which adds each once.
/// </summary>
public sealed class LeadScoreAwardRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>Identifies them; also what Contacts knows them by.</summary>
    public long LeadScoreAwardId { get; init; }

    /// <summary>The rule.</summary>
    public long LeadScoreRuleId { get; init; }

    /// <summary>Entry of the contact's history by which it entered the status.</summary>
    public long StatusVersion { get; init; }

    /// <summary>The status.</summary>
    public EngagementStatus Engagement { get; init; }

    /// <summary>The points.</summary>
    public int Points { get; init; }

    /// <summary>When they were decided, UTC.</summary>
    public DateTime AwardTime { get; init; }

    /// <summary>How far they are.</summary>
    public LeadScoreAwardOutcome State { get; init; }

    /// <summary>When they are to be brought to Contacts, by the machines' clock, UTC; null when that is done.</summary>
    public DateTime? DueTime { get; init; }

    /// <summary>How often that was tried.</summary>
    public int AttemptCount { get; init; }

    /// <summary>What Contacts knows points by.</summary>
    public static string RequestId(long leadScoreAwardId) => FormattableString.Invariant($"lead-score-{leadScoreAwardId}");
}

internal sealed class LeadScoreRuleConfiguration : IEntityTypeConfiguration<LeadScoreRuleRow>
{
    public void Configure(EntityTypeBuilder<LeadScoreRuleRow> builder)
    {
        builder.ToTable("lead_score_rules").HasKey(r => new { r.AccountId, r.LeadScoreRuleId });
        builder.Property(r => r.LeadScoreRuleId).ValueGeneratedNever();
        builder.Property(r => r.DisplayName).HasMaxLength(LeadScoreLimits.Name);
        builder.Property(r => r.Engagement).HasConversion<short>();
        builder.Property(r => r.Version).IsConcurrencyToken();
    }
}

internal sealed class LeadScoreAwardConfiguration : IEntityTypeConfiguration<LeadScoreAwardRow>
{
    public void Configure(EntityTypeBuilder<LeadScoreAwardRow> builder)
    {
        builder.ToTable("lead_score_awards").HasKey(a => new { a.AccountId, a.ContactId, a.LeadScoreAwardId });
        builder.Property(a => a.ContactId).ValueGeneratedNever();
        builder.Property(a => a.LeadScoreAwardId).ValueGeneratedNever();
        builder.Property(a => a.Engagement).HasConversion<short>();
        builder.Property(a => a.State).HasConversion<short>();
        // What is on the way, of all accounts.
        builder.HasIndex(a => a.DueTime).HasFilter("due_time IS NOT NULL");
        // What is over, and forgotten some time.
        builder.HasIndex(a => a.AwardTime).HasFilter("due_time IS NULL");
    }
}
