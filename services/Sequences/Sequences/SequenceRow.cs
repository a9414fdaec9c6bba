using ContactPlatform.Common.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Sequences.Sequences;

/// <summary>A sequence; its steps and settings are in <see cref="SequenceVersionRow"/>.</summary>
public sealed class SequenceRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Id from the database's sequence.</summary>
    public long SequenceId { get; init; }

    /// <summary>Name for people.</summary>
    public required string DisplayName { get; set; }

    /// <summary>Subject of the owner's token.</summary>
    public required string OwnerSubject { get; set; }

    /// <summary>Who may work in it.</summary>
    public SequenceVisibility Visibility { get; set; }

    /// <summary>Where it stands.</summary>
    public SequenceState State { get; set; }

    /// <summary>The present version of steps and settings.</summary>
    public long ContentVersion { get; set; }

    /// <summary>All steps that it has or had, in order: see <see cref="Sequences.StepOrder"/>.</summary>
    public required string StepOrder { get; set; }

    /// <summary>When it was created, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When anything of it last changed, UTC.</summary>
    public DateTime UpdateTime { get; set; }

    /// <summary>Since when enrolments of it wait for its activation, because they were due while it stood still, UTC; null when none does.</summary>
    public DateTime? ParkTime { get; init; }

    /// <summary>Grows with every change; the etag.</summary>
    public long Version { get; set; } = 1;
}

/// <summary>Steps and settings of a sequence as they were from one change to the next. Never changes.</summary>
public sealed class SequenceVersionRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The sequence.</summary>
    public long SequenceId { get; init; }

    /// <summary>1, 2, 3, …</summary>
    public long ContentVersion { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>How many steps it has.</summary>
    public int StepCount { get; init; }

    /// <summary>A <see cref="V1.Sequence"/> with nothing but steps and settings.</summary>
    public required byte[] Content { get; init; }

#pragma warning disable CS1591 // Who made it: see contactplatform/common/v1/actor.proto.
    public ActorKind ActorKind { get; init; }
    public required string ActorSubject { get; init; }
    public required string ActorName { get; init; }
#pragma warning restore CS1591
}

internal sealed class SequenceConfiguration : IEntityTypeConfiguration<SequenceRow>
{
    public void Configure(EntityTypeBuilder<SequenceRow> builder)
    {
        builder.ToTable("sequences").HasKey(s => new { s.AccountId, s.SequenceId });
        builder.Property(s => s.SequenceId).ValueGeneratedNever();
        builder.Property(s => s.DisplayName).HasMaxLength(SequenceLimits.Name);
        builder.Property(s => s.OwnerSubject).HasMaxLength(SequenceLimits.Name);
        builder.Property(s => s.Visibility).HasConversion<short>();
        builder.Property(s => s.State).HasConversion<short>();
        builder.Property(s => s.Version).IsConcurrencyToken();
        builder.HasIndex(s => s.ParkTime).HasFilter("park_time IS NOT NULL");
    }
}

internal sealed class SequenceVersionConfiguration : IEntityTypeConfiguration<SequenceVersionRow>
{
    public void Configure(EntityTypeBuilder<SequenceVersionRow> builder)
    {
        builder.ToTable("sequence_versions").HasKey(v => new { v.AccountId, v.SequenceId, v.ContentVersion });
        builder.Property(v => v.SequenceId).ValueGeneratedNever();
        builder.Property(v => v.ContentVersion).ValueGeneratedNever();
        builder.Property(v => v.ActorKind).HasConversion<short>();
        builder.Property(v => v.ActorSubject).HasMaxLength(200);
        builder.Property(v => v.ActorName).HasMaxLength(200);
    }
}
