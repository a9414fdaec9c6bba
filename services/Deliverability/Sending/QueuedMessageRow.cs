using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>
/// A place in a sender's queue, apart from its message: the message's state stands in no index, so it changes without one being
/// written. Whoever takes it from here owns the message. One whose message waits no longer, since it was cancelled, is left here until its turn comes.
/// </summary>
public sealed class QueuedMessageRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Whose turn it has to be.</summary>
    public long SenderId { get; init; }

    /// <summary>When it may be tried, UTC: the message's.</summary>
    public DateTime NextAttemptTime { get; init; }

    /// <summary>The message.</summary>
    public long MessageId { get; init; }
}

/// <summary>Messages that a process has reserved and of which it has not written yet what became of them.</summary>
public sealed class MailReservationRow : IAccountOwned
{
    /// <summary>The process.</summary>
    public long WorkerId { get; init; }

    /// <summary>Which of its reservations; never used again.</summary>
    public long Reservation { get; init; }

    /// <summary>The account of its messages.</summary>
    public long AccountId { get; init; }

    /// <summary>Until when the process holds it, unless it says more, UTC.</summary>
    public DateTime LeaseTime { get; init; }

    /// <summary>The messages, some of which may have been refused at once.</summary>
    public required long[] MessageIds { get; init; }
}

internal sealed class QueuedMessageConfiguration : IEntityTypeConfiguration<QueuedMessageRow>
{
    // In the order in which a sender's turn asks for them.
    public void Configure(EntityTypeBuilder<QueuedMessageRow> builder) =>
        builder.ToTable("message_queue").HasKey(q => new { q.AccountId, q.SenderId, q.NextAttemptTime, q.MessageId });
}

internal sealed class MailReservationConfiguration : IEntityTypeConfiguration<MailReservationRow>
{
    // Without an index on the lease: there are some dozens.
    public void Configure(EntityTypeBuilder<MailReservationRow> builder) =>
        builder.ToTable("mail_reservations").HasKey(r => new { r.AccountId, r.WorkerId, r.Reservation });
}
