using ContactPlatform.Deliverability.Classifications;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>An event as somebody tells it, read and within its limits, before it is known whom it is about.</summary>
public sealed record EventDraft
{
    /// <summary>Who tells it: names the keys' owner, so that two sources may use the same key. At most 60 characters.</summary>
    public required string Source { get; init; }

    /// <summary>Names the event within its source for good: the same key again is the same event. At most 200 characters.</summary>
    public required string Key { get; init; }

    /// <summary>What happened.</summary>
    public required DeliveryEventKind Kind { get; init; }

    /// <summary>When, UTC; null where the source does not tell: the time of its arrival.</summary>
    public DateTime? Time { get; init; }

    /// <summary>The recipient in normal form; empty where only the message is named.</summary>
    public string Address { get; init; } = "";

    /// <summary>The recipient where that is known for certain; else 0, and it is looked for.</summary>
    public long AddressId { get; init; }

    /// <summary>The message of ours; 0 for none or unknown.</summary>
    public long MessageId { get; init; }

    /// <summary>The message's Message-ID without brackets; may be empty. At most 250 characters.</summary>
    public string Reference { get; init; } = "";

    /// <summary>The enhanced status code told beside the diagnostic; may be empty.</summary>
    public string Status { get; init; } = "";

    /// <summary>What the remote server said; may be empty. At most 2,000 characters.</summary>
    public string Diagnostic { get; init; } = "";

    /// <summary>The remote server; may be empty. At most 255 characters.</summary>
    public string RemoteHost { get; init; } = "";

    /// <summary>True when the address may be that of a place where the message was forwarded, so that what is known of the message comes first.</summary>
    public bool MessageFirst { get; init; }

    /// <summary>What the classifier says of it, where it was asked already; else it is asked when the event is stored.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>Stands for source and key, where that is known already.</summary>
    public Guid? KeyHash { get; init; }

    /// <summary>Of a failure: it is known to be the sender's own, so that nothing is left to classify.</summary>
    public bool OfSender { get; init; }

    /// <summary>Of an opening or a click: no person did it.</summary>
    public bool Machine { get; init; }
}
