namespace ContactPlatform.Deliverability.Addresses;

/// <summary>
/// What can be told of an address, each with the time at which it happened. Of each kind the latest time alone is kept, so
/// it does not matter in which order facts arrive, nor how often. The numbers are stored.
/// </summary>
public enum FactKind : short
{
    /// <summary>A message was reported as spam.</summary>
    Complaint = 1,

    /// <summary>Such a report was taken back, by the provider or by an operator.</summary>
    NotSpam = 2,

    /// <summary>The recipient unsubscribed by a link of a message.</summary>
    Unsubscribed = 3,

    /// <summary>The recipient wants messages again, as somebody has said with a reason.</summary>
    Resubscribed = 4,

    /// <summary>Contacts holds the contact that has the address as unsubscribed.</summary>
    ContactUnsubscribed = 5,

    /// <summary>Contacts has subscribed that contact again.</summary>
    ContactResubscribed = 6,

    /// <summary>The address was put on the account's suppression list.</summary>
    Suppressed = 7,

    /// <summary>It was taken off that list.</summary>
    SuppressionRemoved = 8,

    /// <summary>A message came back because there is no such mailbox.</summary>
    DoesNotExist = 9,

    /// <summary>An operator has found out that there is one.</summary>
    DoesNotExistCleared = 10,

    /// <summary>A message came back because the mailbox is full.</summary>
    MailboxFull = 11,

    /// <summary>A message came back for another reason that passes, or for an unknown one.</summary>
    Unavailable = 12,

    /// <summary>A message was delivered.</summary>
    Delivered = 13,

    /// <summary>A message was handed to a mail server that accepted it.</summary>
    Sent = 14,

    /// <summary>A person opened a message.</summary>
    Opened = 15,

    /// <summary>A person followed a link of a message.</summary>
    Clicked = 16,

    /// <summary>A program opened a message, such as a scanner.</summary>
    MachineOpened = 17,

    /// <summary>A program followed a link of a message.</summary>
    MachineClicked = 18,

    /// <summary>The first of all deliveries: the one kind of which the earliest time is kept. Folded with <see cref="Delivered"/>, never told by itself.</summary>
    FirstDelivered = 19,
}
