using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Mime;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Sequences.DeliverabilityFeed;

/// <summary>
/// A mail of a step, and what became of it: of each the earliest time that was heard of, and of bounces that of the latest verdict, so
/// the same again, or in another order, gives the same.
/// </summary>
public sealed class StepMessageRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Deliverability's message.</summary>
    public long MessageId { get; init; }

    /// <summary>The sequence.</summary>
    public long SequenceId { get; init; }

    /// <summary>The enrolment.</summary>
    public long EnrollmentId { get; init; }

    /// <summary>The step.</summary>
    public long StepId { get; init; }

    /// <summary>Place of the wording, from 0.</summary>
    public short Variant { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>Its Message-ID without brackets, by which answers name it; empty once the contact is gone.</summary>
    public required string MessageReference { get; init; }

#pragma warning disable CS1591 // Documented in contactplatform/deliverability/v1/changes.proto, message MessageOutcome. UTC; null for never.
    public DateTime? SendTime { get; set; }
    public DateTime? DeliverTime { get; set; }
    public DateTime? OpenTime { get; set; }
    public DateTime? ClickTime { get; set; }
    public DateTime? MachineOpenTime { get; set; }
    public DateTime? MachineClickTime { get; set; }
    public DateTime? BounceTime { get; set; }
    public DateTime? HardBounceTime { get; set; }
    public DateTime? UnsubscribeTime { get; set; }
#pragma warning restore CS1591

    /// <summary>How often its failures had been classified anew when <see cref="BounceTime"/> and <see cref="HardBounceTime"/> were told.</summary>
    public int VerdictRevision { get; set; }

    /// <summary>What is known of it, as far as it changes anything.</summary>
    public MailFacts Facts =>
        // Whatever happened to it shows that it went out, but that it came back: that may have been said before anybody took it.
        (new[] { SendTime, DeliverTime, OpenTime, ClickTime, MachineOpenTime, MachineClickTime, UnsubscribeTime }.Any(t => t is not null) ? MailFacts.Sent : 0)
        | (OpenTime is not null ? MailFacts.Opened : 0)
        | (ClickTime is not null ? MailFacts.Clicked : 0)
        | (BounceTime is not null ? MailFacts.Bounced : 0)
        | (HardBounceTime is not null ? MailFacts.Bounced | MailFacts.HardBounced : 0);

    /// <summary>A mail that is heard of for the first time.</summary>
    public static StepMessageRow New(long accountId, SendOrigin origin, MessageOutcome outcome) => new()
    {
        AccountId = accountId,
        MessageId = outcome.MessageId,
        SequenceId = origin.SequenceId,
        EnrollmentId = origin.EnrollmentId,
        StepId = origin.StepId,
        Variant = origin.Variant,
        ContactId = outcome.ContactId,
        MessageReference = outcome.MessageReference.Length <= MailIds.MaximumLength ? outcome.MessageReference : "",
    };

    /// <summary>Takes in what is told of it.</summary>
    public void Fold(MessageOutcome told)
    {
        SendTime = Earlier(SendTime, told.SendTime);
        DeliverTime = Earlier(DeliverTime, told.DeliverTime);
        OpenTime = Earlier(OpenTime, told.OpenTime);
        ClickTime = Earlier(ClickTime, told.ClickTime);
        MachineOpenTime = Earlier(MachineOpenTime, told.MachineOpenTime);
        MachineClickTime = Earlier(MachineClickTime, told.MachineClickTime);
        UnsubscribeTime = Earlier(UnsubscribeTime, told.UnsubscribeTime);
        if (told.VerdictRevision > VerdictRevision)
        {
            // What was said before was wrong.
            (VerdictRevision, BounceTime, HardBounceTime) = (told.VerdictRevision, null, null);
        }
        if (told.VerdictRevision == VerdictRevision)
        {
            BounceTime = Earlier(BounceTime, told.BounceTime);
            HardBounceTime = Earlier(HardBounceTime, told.HardBounceTime);
        }
    }

    private static DateTime? Earlier(DateTime? known, Timestamp? told) =>
        told?.ToDateTime() is { } time && !(known <= time) ? time : known;
}

internal sealed class StepMessageConfiguration : IEntityTypeConfiguration<StepMessageRow>
{
    public void Configure(EntityTypeBuilder<StepMessageRow> builder)
    {
        builder.ToTable("step_messages").HasKey(m => new { m.AccountId, m.MessageId });
        builder.Property(m => m.MessageId).ValueGeneratedNever();
        builder.Property(m => m.MessageReference).HasMaxLength(MailIds.MaximumLength);
        builder.Ignore(m => m.Facts);
        builder.HasIndex(m => new { m.AccountId, m.MessageReference }).HasFilter("message_reference <> ''");
        builder.HasIndex(m => new { m.AccountId, m.SequenceId, m.StepId });
        builder.HasIndex(m => new { m.AccountId, m.ContactId, m.MessageId });
    }
}
