using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.DeliverabilityProjection;

/// <summary>How a contact stands with mail, as far as Deliverability's changes have been applied.</summary>
public abstract class ContactDeliverabilityColumns : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>Deliverability's count of the contact's changes: what is stored is the highest that was heard of, in whatever order they came.</summary>
    public long Revision { get; init; }

    /// <summary>The status.</summary>
    public DeliverabilityStatus Status { get; init; }

    /// <summary>When a message was last sent to its address, UTC; null for never.</summary>
    public DateTime? LastSendTime { get; init; }

    /// <summary>When somebody last opened one, UTC; null for never.</summary>
    public DateTime? LastOpenTime { get; init; }

    /// <summary>When somebody last followed a link of one, UTC; null for never.</summary>
    public DateTime? LastClickTime { get; init; }
}

/// <summary>The projection that is read. A contact of which Deliverability never told has no row: it is New. Goes with its contact.</summary>
public sealed class ContactDeliverability : ContactDeliverabilityColumns;

/// <summary>The projection that is being rebuilt, beside the other; empty otherwise. It may name contacts that are deleted.</summary>
public sealed class RebuiltContactDeliverability : ContactDeliverabilityColumns;
