namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>What happened to a message. The numbers are stored, and are those of contactplatform.deliverability.v1.DeliveryEventKind.</summary>
public enum EventKind : short
{
    /// <summary>A relay or a mail server took it.</summary>
    Sent = 1,

    /// <summary>It was delivered.</summary>
    Delivered = 2,

    /// <summary>It was not delivered, and is not tried any more: classified.</summary>
    Failed = 3,

    /// <summary>It was not delivered yet, and is tried again: classified, but says nothing yet about the address.</summary>
    Delayed = 4,

    /// <summary>It went to a server that does not tell any further.</summary>
    Relayed = 5,

    /// <summary>It went to a list or an alias.</summary>
    Expanded = 6,

    /// <summary>It was reported as spam.</summary>
    Complained = 7,

    /// <summary>Such a report was taken back.</summary>
    NotSpam = 8,

    /// <summary>The recipient unsubscribed.</summary>
    Unsubscribed = 9,

    /// <summary>It was opened.</summary>
    Opened = 10,

    /// <summary>A link of it was followed.</summary>
    Clicked = 11,

    /// <summary>A provider did not even try, because of a list of its own: says nothing new about the address.</summary>
    Dropped = 12,
}
