using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Deliverability.Transmissions;

/// <summary>One mail to many, as it was asked for. Only its cancellation ever changes.</summary>
public sealed class TransmissionRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The transmission.</summary>
    public long TransmissionId { get; init; }

    /// <summary>From whom, and how: a <see cref="V1.Transmission"/> without what is output only, but with the subject.</summary>
    public required byte[] Header { get; init; }

    /// <summary>Messages that it was queued with.</summary>
    public long TotalCount { get; init; }

    /// <summary>When it was queued.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>When it was cancelled; null when it was not.</summary>
    public DateTime? CancelTime { get; init; }

#pragma warning disable CS1591 // Who asked for it: see contactplatform/common/v1/actor.proto.
    public ActorKind ActorKind { get; init; }
    public required string ActorSubject { get; init; }
    public required string ActorName { get; init; }
#pragma warning restore CS1591
}

/// <summary>What a transmission's recipients get to read: apart, since lists do not show it.</summary>
public sealed class TransmissionContentRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The transmission.</summary>
    public long TransmissionId { get; init; }

    /// <summary>A <see cref="V1.MailContent"/>.</summary>
    public required byte[] Content { get; init; }

    /// <summary>Values that the request gave for all recipients, of variables that the templates name, as JSON: kept once.</summary>
    public required string SharedValues { get; init; }
}

/// <summary>Somebody that an account's mails are from: whose turn it is next, and how fast.</summary>
public sealed class SenderRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The sender.</summary>
    public long SenderId { get; init; }

    /// <summary>The address, in normal form.</summary>
    public required string Email { get; init; }

    /// <summary>When its queue is to be looked at next; null while it is empty.</summary>
    public DateTime? DueTime { get; init; }

    /// <summary>When the mails that it was let send would all be out at its rate.</summary>
    public DateTime RateTime { get; init; }
}

internal sealed class TransmissionConfiguration : IEntityTypeConfiguration<TransmissionRow>
{
    public void Configure(EntityTypeBuilder<TransmissionRow> builder)
    {
        builder.ToTable("transmissions").HasKey(t => new { t.AccountId, t.TransmissionId });
        builder.Property(t => t.TransmissionId).ValueGeneratedNever();
        builder.Property(t => t.ActorKind).HasConversion<short>();
        builder.Property(t => t.ActorSubject).HasMaxLength(200);
        builder.Property(t => t.ActorName).HasMaxLength(200);
    }
}

internal sealed class TransmissionContentConfiguration : IEntityTypeConfiguration<TransmissionContentRow>
{
    public void Configure(EntityTypeBuilder<TransmissionContentRow> builder)
    {
        builder.ToTable("transmission_contents").HasKey(t => new { t.AccountId, t.TransmissionId });
        builder.Property(t => t.TransmissionId).ValueGeneratedNever();
        builder.HasOne<TransmissionRow>().WithOne().HasForeignKey<TransmissionContentRow>(c => new { c.AccountId, c.TransmissionId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_transmission_contents_transmissions");
    }
}

internal sealed class SenderConfiguration : IEntityTypeConfiguration<SenderRow>
{
    public void Configure(EntityTypeBuilder<SenderRow> builder)
    {
        builder.ToTable("senders").HasKey(s => new { s.AccountId, s.SenderId });
        builder.Property(s => s.SenderId).ValueGeneratedNever();
        builder.Property(s => s.Email).HasMaxLength(EmailAddress.MaximumLength);
        builder.HasIndex(s => new { s.AccountId, s.Email }).IsUnique();
        builder.HasIndex(s => s.DueTime).HasFilter("due_time IS NOT NULL");
    }
}
