using System.Collections.Frozen;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Contacts.DeliverabilityProjection;

/// <summary>The two vocabularies of files and views.</summary>
public static class StatusWords
{
    /// <summary>Each status in its own word, and in that of system values.</summary>
    public static readonly FrozenDictionary<DeliverabilityStatus, (string Word, string SystemValue)> Table = new Dictionary<DeliverabilityStatus, (string, string)>
    {
        [DeliverabilityStatus.New] = ("NEW", "New"),
        [DeliverabilityStatus.Active] = ("ACTIVE", "Active"),
        [DeliverabilityStatus.Unavailable] = ("UNAVAILABLE", "Error"),
        [DeliverabilityStatus.MailboxFull] = ("MAILBOX_FULL", "Soft bounced"),
        [DeliverabilityStatus.DoesNotExist] = ("DOES_NOT_EXIST", "Hard bounced"),
        [DeliverabilityStatus.UnsubscribedByUs] = ("UNSUBSCRIBED_BY_US", "Unsubscribed by us"),
        [DeliverabilityStatus.Unsubscribed] = ("UNSUBSCRIBED", "Unsubscribed"),
        [DeliverabilityStatus.Complained] = ("COMPLAINED", "Complaint"),
    }.ToFrozenDictionary();

    /// <summary>The status in its own word, as filters write it.</summary>
    public static string ToWord(this DeliverabilityStatus status) => Table[status].Word;

    /// <summary>The status in system values.</summary>
    public static string ToSystemValue(this DeliverabilityStatus status) => Table[status].SystemValue;
}
