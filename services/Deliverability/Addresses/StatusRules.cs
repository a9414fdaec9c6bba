using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Addresses;

/// <summary>One thing that keeps an address from being written to.</summary>
/// <param name="Fact">What happened.</param>
/// <param name="ClearedBy">What clears it, when it happened at the same time or later.</param>
/// <param name="Status">What is shown while it holds.</param>
/// <param name="Block">What the send gate calls it.</param>
/// <param name="Expires">After which it no longer holds; null for never.</param>
/// <param name="RetriedAfter">After which one message may be tried although it holds, counted from the fact and from the last message that was sent; null for never.</param>
/// <param name="Remedy">What clears it, for people.</param>
public sealed record StatusRule(FactKind Fact, FactKind ClearedBy, DeliverabilityStatus Status, SendBlock Block, TimeSpan? Expires, TimeSpan? RetriedAfter, string Remedy)
{
    /// <summary>Whether a message that is kept from the address by it counts as one that came back for good.</summary>
    public bool IsHard { get; init; }

    /// <summary>Whether it holds of an address at a time.</summary>
    public bool Holds(AddressFacts facts, DateTime now) => facts.Holds(Fact, ClearedBy) && !(facts[Fact] + Expires <= now);

    /// <summary>When it stops holding by itself; null for never.</summary>
    public DateTime? ExpireTime(AddressFacts facts) => facts[Fact] + Expires;

    /// <summary>From when on one message may be tried although it holds; null for never.</summary>
    public DateTime? RetryTime(AddressFacts facts) =>
        facts[FactKind.Sent] > facts[Fact] ? facts[FactKind.Sent] + RetriedAfter : facts[Fact] + RetriedAfter;
}

/// <summary>
/// What keeps addresses from being written to, the strongest first. The shown status, the send gate and its explanations
/// are all read from this one table.
/// </summary>
public static class StatusRules
{
    /// <summary>How long a passing trouble is believed in: mail servers give up on a message within five days, and most after one to three (RFC 5321 4.5.4.1).</summary>
    public static readonly TimeSpan UnavailableFor = TimeSpan.FromHours(72);

    /// <summary>How long a full mailbox is left alone between two tries.</summary>
    public static readonly TimeSpan MailboxFullRetry = TimeSpan.FromHours(24);

    /// <summary>The table.</summary>
    public static readonly IReadOnlyList<StatusRule> Table =
    [
        new(FactKind.Complaint, FactKind.NotSpam, DeliverabilityStatus.Complained, SendBlock.Complained, null, null,
            "the provider takes the report back, or ClearFact with the reason"),
        new(FactKind.Unsubscribed, FactKind.Resubscribed, DeliverabilityStatus.Unsubscribed, SendBlock.Unsubscribed, null, null,
            "the recipient wants messages again: ResubscribeContact in Contacts with the reason; ClearFact for an address without a contact"),
        new(FactKind.Suppressed, FactKind.SuppressionRemoved, DeliverabilityStatus.UnsubscribedByUs, SendBlock.Suppressed, null, null,
            "RemoveSuppression with the reason"),
        new(FactKind.ContactUnsubscribed, FactKind.ContactResubscribed, DeliverabilityStatus.UnsubscribedByUs, SendBlock.ContactUnsubscribed, null, null,
            "ResubscribeContact in Contacts with the reason"),
        new(FactKind.DoesNotExist, FactKind.DoesNotExistCleared, DeliverabilityStatus.DoesNotExist, SendBlock.DoesNotExist, null, null,
            "somebody has made sure that the mailbox exists: ClearFact with the reason; or the contact gets another address") { IsHard = true },
        new(FactKind.MailboxFull, FactKind.Delivered, DeliverabilityStatus.MailboxFull, SendBlock.MailboxFull, null, MailboxFullRetry,
            "a message is delivered; one may be tried every 24 hours"),
        new(FactKind.Unavailable, FactKind.Delivered, DeliverabilityStatus.Unavailable, SendBlock.Unavailable, UnavailableFor, null,
            "72 hours pass without another such failure, or a message is delivered"),
    ];

    /// <summary>Each shows that a message was received: most servers never tell of a delivery, but who reads it has it.</summary>
    public static readonly IReadOnlyList<FactKind> Received = [FactKind.Delivered, FactKind.Opened, FactKind.Clicked];
}

/// <summary>The status that is shown.</summary>
public static class ShownStatus
{
    /// <summary>The status of an address at a time.</summary>
    public static DeliverabilityStatus Of(AddressFacts facts, DateTime now)
    {
        foreach (var rule in StatusRules.Table)
        {
            if (rule.Holds(facts, now))
            {
                return rule.Status;
            }
        }
        return Without(facts);
    }

    /// <summary>The status of an address of which no rule holds.</summary>
    public static DeliverabilityStatus Without(AddressFacts facts)
    {
        foreach (var kind in StatusRules.Received)
        {
            if (facts[kind] is not null)
            {
                return DeliverabilityStatus.Active;
            }
        }
        return DeliverabilityStatus.New;
    }
}
