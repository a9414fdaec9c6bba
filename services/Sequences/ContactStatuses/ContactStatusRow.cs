using ContactPlatform.Common.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Sequences.ContactStatuses;

/// <summary>
/// What holds of a contact whatever sequence it is in, and what Sequences knows of its record. There is a row for whoever was
/// in a sequence, has opted out, or is inactive or deleted; it holds no personal data, and stays when the contact is gone, so
/// that somebody who enrols it in that moment finds out.
/// </summary>
public sealed record ContactStatusRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>Whether it has opted out: in no sequence is anything sent to it, and it enters none.</summary>
    public bool OptedOut { get; init; }

    /// <summary>When it last opted out, UTC; null for never. Deliverability has the same times of its address.</summary>
    public DateTime? OptOutTime { get; init; }

    /// <summary>When that was last taken back, UTC; null for never.</summary>
    public DateTime? OptInTime { get; init; }

    /// <summary>Whether it is to be called, or was.</summary>
    public CallStatus CallStatus { get; init; }

    /// <summary>Where it is in its outreach.</summary>
    public EngagementStatus Engagement { get; init; } = EngagementStatus.Open;

    /// <summary>When that last changed, UTC; null while it never did.</summary>
    public DateTime? EngagementTime { get; init; }

    /// <summary>When a step was first processed for it, UTC; never cleared. Null means never contacted.</summary>
    public DateTime? FirstWorkingTime { get; init; }

    /// <summary>Whether its record is inactive, as far as Sequences has heard.</summary>
    public bool RecordInactive { get; init; }

    /// <summary>Whether it is deleted or erased, or merged into another.</summary>
    public bool Deleted { get; init; }

    /// <summary>Number of entries in its history.</summary>
    public long Version { get; init; }

    /// <summary>
    /// The row with what is known elsewhere of opting out. Of each time the latest counts, so the same again, or in another
    /// order, gives the same; and what was told to others and comes back changes nothing.
    /// </summary>
    /// <param name="optOut">When it opted out; null for never.</param>
    /// <param name="optIn">When that was taken back; null for never.</param>
    public ContactStatusRow Heard(DateTime? optOut, DateTime? optIn)
    {
        var (outs, ins) = (Later(OptOutTime, optOut), Later(OptInTime, optIn));
        return this with { OptOutTime = outs, OptInTime = ins, OptedOut = outs is not null && !(ins >= outs) };
    }

    /// <summary>The row with the time of what was done here: later than what it undoes, whatever the clocks say.</summary>
    /// <param name="before">The row before.</param>
    /// <param name="now">The time, in whole microseconds.</param>
    public ContactStatusRow Stamped(ContactStatusRow before, DateTime now) =>
        OptedOut == before.OptedOut || (OptOutTime, OptInTime) != (before.OptOutTime, before.OptInTime) ? this
        : OptedOut ? this with { OptOutTime = OptInTime >= now ? OptInTime.Value.AddMicroseconds(1) : now }
        : this with { OptInTime = OptOutTime > now ? OptOutTime : now };

    private static DateTime? Later(DateTime? one, DateTime? other) => one is null || other > one ? other : one;
}

/// <summary>One entry of the history of what holds of a contact in all sequences; versions are 1, 2, 3, …</summary>
public sealed class ContactStatusChangeRow : IAccountOwned
{
#pragma warning disable CS1591 // Documented in contactplatform/sequences/v1/enrollment.proto, message ContactStatusChange.
    public long AccountId { get; init; }
    public long ContactId { get; init; }
    public long Version { get; init; }
    public DateTime ChangeTime { get; init; }
    public ActorKind ActorKind { get; init; }
    public required string ActorSubject { get; init; }
    public required string ActorName { get; init; }
    public bool FromOptedOut { get; init; }
    public CallStatus FromCallStatus { get; init; }
    public EngagementStatus FromEngagement { get; init; }
    public bool ToOptedOut { get; init; }
    public CallStatus ToCallStatus { get; init; }
    public EngagementStatus ToEngagement { get; init; }
#pragma warning restore CS1591
}

internal sealed class ContactStatusConfiguration : IEntityTypeConfiguration<ContactStatusRow>
{
    public void Configure(EntityTypeBuilder<ContactStatusRow> builder)
    {
        builder.ToTable("contact_statuses").HasKey(s => new { s.AccountId, s.ContactId });
        builder.Property(s => s.ContactId).ValueGeneratedNever();
        builder.Property(s => s.CallStatus).HasConversion<short>();
        builder.Property(s => s.Engagement).HasConversion<short>();
    }
}

internal sealed class ContactStatusChangeConfiguration : IEntityTypeConfiguration<ContactStatusChangeRow>
{
    public void Configure(EntityTypeBuilder<ContactStatusChangeRow> builder)
    {
        builder.ToTable("contact_status_changes").HasKey(c => new { c.AccountId, c.ContactId, c.Version });
        builder.Property(c => c.ContactId).ValueGeneratedNever();
        builder.Property(c => c.Version).ValueGeneratedNever();
        builder.Property(c => c.ActorKind).HasConversion<short>();
        builder.Property(c => c.ActorSubject).HasMaxLength(200);
        builder.Property(c => c.ActorName).HasMaxLength(200);
        builder.Property(c => c.FromCallStatus).HasConversion<short>();
        builder.Property(c => c.ToCallStatus).HasConversion<short>();
        builder.Property(c => c.FromEngagement).HasConversion<short>();
        builder.Property(c => c.ToEngagement).HasConversion<short>();
    }
}
