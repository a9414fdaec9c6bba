using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Deliverability.Replays;

/// <summary>What a replay, or the undo of one, is about.</summary>
public sealed class ReplayRow : IAccountOwned
{
    /// <summary>Kind of the runs.</summary>
    public const string RunKind = "classification-replay";

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>True when it only counts.</summary>
    public bool DryRun { get; init; }

    /// <summary>The replay that it takes back; 0 for a replay.</summary>
    public long UndoneRunId { get; init; }

    /// <summary>The last event that it is about; known once the set is fixed.</summary>
    public long LastEventId { get; init; }

    /// <summary>Shows it.</summary>
    public ClassificationReplay ToProto(RunRow run, IEnumerable<ReplayCountRow> counts) => new()
    {
        ClassificationReplayId = RunId,
        DryRun = DryRun,
        UndoneReplayId = UndoneRunId,
        Run = run.ToProto(),
        RuleVersion = Classifications.Classifier.Version,
        Counts =
        {
            counts.OrderBy(c => c.FromClass).ThenBy(c => c.ToClass).Select(c => new ClassificationCount { FromClass = c.FromClass, ToClass = c.ToClass, Count = c.EventCount }),
        },
    };
}

/// <summary>How many events of a replay went from one class to another.</summary>
public sealed class ReplayCountRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>The class before.</summary>
    public FailureClass FromClass { get; init; }

    /// <summary>The class after.</summary>
    public FailureClass ToClass { get; init; }

    /// <summary>How many.</summary>
    public long EventCount { get; set; }
}

/// <summary>What a replay did with one event: what its undo needs.</summary>
public sealed class ReplayChangeRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>The event.</summary>
    public long DeliveryEventId { get; init; }

    /// <summary>The class before.</summary>
    public FailureClass FromClass { get; init; }

    /// <summary>The rule before.</summary>
    public required string FromRuleId { get; init; }

    /// <summary>The rules' version before.</summary>
    public int FromRuleVersion { get; init; }

    /// <summary>The class after.</summary>
    public FailureClass ToClass { get; init; }

    /// <summary>The rule after.</summary>
    public required string ToRuleId { get; init; }

    /// <summary>The rules' version after.</summary>
    public int ToRuleVersion { get; init; }
}

internal sealed class ReplayConfiguration : IEntityTypeConfiguration<ReplayRow>, IEntityTypeConfiguration<ReplayCountRow>, IEntityTypeConfiguration<ReplayChangeRow>
{
    public void Configure(EntityTypeBuilder<ReplayRow> builder)
    {
        builder.ToTable("classification_replays").HasKey(r => new { r.AccountId, r.RunId });
        builder.Property(r => r.RunId).ValueGeneratedNever();
    }

    public void Configure(EntityTypeBuilder<ReplayCountRow> builder)
    {
        builder.ToTable("classification_replay_counts").HasKey(c => new { c.AccountId, c.RunId, c.FromClass, c.ToClass });
        builder.Property(c => c.RunId).ValueGeneratedNever();
        builder.Property(c => c.FromClass).HasConversion<short>();
        builder.Property(c => c.ToClass).HasConversion<short>();
    }

    public void Configure(EntityTypeBuilder<ReplayChangeRow> builder)
    {
        builder.ToTable("classification_replay_changes").HasKey(c => new { c.AccountId, c.RunId, c.DeliveryEventId });
        builder.Property(c => c.RunId).ValueGeneratedNever();
        builder.Property(c => c.DeliveryEventId).ValueGeneratedNever();
        builder.Property(c => c.FromClass).HasConversion<short>();
        builder.Property(c => c.ToClass).HasConversion<short>();
        builder.Property(c => c.FromRuleId).HasMaxLength(60);
        builder.Property(c => c.ToRuleId).HasMaxLength(60);
    }
}
