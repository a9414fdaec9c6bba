using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Sequences.Engine;

/// <summary>How far mails are that were reserved together.</summary>
public enum DispatchState
{
    /// <summary>Reserved: whoever has them sends them, and after its death somebody else.</summary>
    Reserved = 1,

    /// <summary>Deliverability has them, and the enrolments have gone on.</summary>
    Sent = 2,

    /// <summary>Nothing was sent, and nothing will be: those that were left are reserved anew another time.</summary>
    Released = 3,
}

/// <summary>
/// Mails of one step with one wording that are sent in one transmission. Stored before it is asked for, under a request_id that
/// follows from this row, so whoever asks again after a crash gets the transmission that there is.
/// </summary>
public sealed class DispatchRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The reservation.</summary>
    public long DispatchId { get; init; }

    /// <summary>The sequence.</summary>
    public long SequenceId { get; init; }

    /// <summary>Version of its steps and settings that is sent, also if it has changed meanwhile.</summary>
    public long ContentVersion { get; init; }

    /// <summary>The step.</summary>
    public long StepId { get; init; }

    /// <summary>Place of the wording.</summary>
    public int Variant { get; init; }

    /// <summary>
    /// Whether the enrolments have gone on already, when they were reserved: all that the step does to them is their place and when the
    /// next one is due. That one waits until this is sent.
    /// </summary>
    public bool Ahead { get; init; }

    /// <summary>How far it is.</summary>
    public DispatchState State { get; set; }

    /// <summary>Grows whenever somebody takes it over; who has an older one writes nothing.</summary>
    public long Epoch { get; set; }

    /// <summary>Until when whoever has it is believed to be alive, by the machines' clock, UTC.</summary>
    public DateTime LeaseTime { get; set; }

    /// <summary>When it was reserved, UTC: the day that the sender's daily limit counts it on.</summary>
    public DateTime ReserveTime { get; init; }

    /// <summary>The transmission; 0 until it is known.</summary>
    public long TransmissionId { get; set; }
}

/// <summary>One enrolment of a reservation, written before anything of it was sent; so also the record of what was sent to whom. One row for each mail, so as narrow as it can be.</summary>
public sealed class StepSendRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The reservation, which tells the step and when it was reserved.</summary>
    public long DispatchId { get; init; }

    /// <summary>The contact that the mail goes to; whoever it is merged into later, this stays.</summary>
    public long ContactId { get; init; }

    /// <summary>The enrolment.</summary>
    public long EnrollmentId { get; init; }
}

/// <summary>Somebody that mails are from; its row, locked, is its turn to be counted.</summary>
public sealed class SenderRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The address.</summary>
    public required string Email { get; init; }
}

/// <summary>Mails that were reserved for a sender within a quarter of an hour: days of all time zones are made of those.</summary>
public sealed class SenderCountRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The address.</summary>
    public required string Email { get; init; }

    /// <summary>Beginning of the quarter of an hour, UTC.</summary>
    public DateTime QuarterTime { get; init; }

    /// <summary>Mails.</summary>
    public long MailCount { get; init; }
}

internal sealed class DispatchConfiguration : IEntityTypeConfiguration<DispatchRow>
{
    public void Configure(EntityTypeBuilder<DispatchRow> builder)
    {
        builder.ToTable("dispatches").HasKey(d => new { d.AccountId, d.DispatchId });
        builder.Property(d => d.DispatchId).ValueGeneratedNever();
        builder.Property(d => d.State).HasConversion<short>();
        // What a dead process left, of all accounts.
        builder.HasIndex(d => d.LeaseTime).HasFilter("state = 1");
    }
}

internal sealed class StepSendConfiguration : IEntityTypeConfiguration<StepSendRow>
{
    public void Configure(EntityTypeBuilder<StepSendRow> builder)
    {
        // In the order in which rows come: a reservation's are written to one place.
        builder.ToTable("step_sends").HasKey(s => new { s.AccountId, s.DispatchId, s.ContactId });
        builder.Property(s => s.DispatchId).ValueGeneratedNever();
        builder.Property(s => s.ContactId).ValueGeneratedNever();
    }
}

internal sealed class SenderConfiguration : IEntityTypeConfiguration<SenderRow>
{
    public void Configure(EntityTypeBuilder<SenderRow> builder)
    {
        builder.ToTable("senders").HasKey(s => new { s.AccountId, s.Email });
        builder.Property(s => s.Email).HasMaxLength(Sequences.SequenceLimits.Address);
    }
}

internal sealed class SenderCountConfiguration : IEntityTypeConfiguration<SenderCountRow>
{
    public void Configure(EntityTypeBuilder<SenderCountRow> builder)
    {
        builder.ToTable("sender_counts").HasKey(s => new { s.AccountId, s.Email, s.QuarterTime });
        builder.Property(s => s.Email).HasMaxLength(Sequences.SequenceLimits.Address);
    }
}
