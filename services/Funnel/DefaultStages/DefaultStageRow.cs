using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Funnel.DefaultStages;

/// <summary>
/// A default stage that an account had or has: the stage shown for contacts without one of their own. All are kept, so
/// that a report of the past uses the default of its time.
/// </summary>
public sealed class DefaultStageRow : IAccountOwned
{
    /// <summary>The default of an account that never chose one.</summary>
    public const FunnelStage Initial = FunnelStage.Aware;

    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>1, 2, 3, …; the highest is the present one.</summary>
    public long Version { get; init; }

    /// <summary>The stage.</summary>
    public FunnelStage Stage { get; init; }

    /// <summary>Since when.</summary>
    public DateTime ChangeTime { get; init; }

    /// <summary>Kind of who chose it.</summary>
    public ActorKind ActorKind { get; init; }

    /// <summary>Who chose it.</summary>
    public required string ActorSubject { get; init; }

    /// <summary>The name of who chose it, for people.</summary>
    public required string ActorName { get; init; }
}

internal sealed class DefaultStageConfiguration : IEntityTypeConfiguration<DefaultStageRow>
{
    public void Configure(EntityTypeBuilder<DefaultStageRow> builder)
    {
        builder.ToTable("default_stages").HasKey(d => new { d.AccountId, d.Version });
        builder.Property(d => d.Version).ValueGeneratedNever();
        builder.Property(d => d.Stage).HasConversion<short>();
        builder.Property(d => d.ActorKind).HasConversion<short>();
        builder.Property(d => d.ActorSubject).HasMaxLength(200);
        builder.Property(d => d.ActorName).HasMaxLength(200);
    }
}
