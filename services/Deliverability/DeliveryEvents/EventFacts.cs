using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.Classifications;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>What an event tells of its address: the table from kinds and classes to facts.</summary>
public static class EventFacts
{
    /// <summary>What is known of the address by a failure of a class; a class that is missing says nothing of it.</summary>
    public static readonly IReadOnlyDictionary<FailureClass, FactKind> OfFailures = new Dictionary<FailureClass, FactKind>
    {
        [FailureClass.DoesNotExist] = FactKind.DoesNotExist,
        [FailureClass.MailboxFull] = FactKind.MailboxFull,
        [FailureClass.Unavailable] = FactKind.Unavailable,
    };

    /// <summary>What acts of people are kept of; not of the erased.</summary>
    private static readonly FactKind[] Personal = [FactKind.Sent, FactKind.Opened, FactKind.Clicked, FactKind.MachineOpened, FactKind.MachineClicked];

    /// <summary>The fact that an event tells; null for none: a message that was relayed, expanded or delayed may still arrive or fail.</summary>
    public static FactKind? Of(DeliveryEventKind kind, FailureClass failure, bool machine) => kind switch
    {
        DeliveryEventKind.Sent => FactKind.Sent,
        DeliveryEventKind.Delivered => FactKind.Delivered,
        DeliveryEventKind.Failed => OfFailures.TryGetValue(failure, out var fact) ? fact : null,
        DeliveryEventKind.Complained => FactKind.Complaint,
        DeliveryEventKind.NotSpam => FactKind.NotSpam,
        DeliveryEventKind.Unsubscribed => FactKind.Unsubscribed,
        DeliveryEventKind.Opened => machine ? FactKind.MachineOpened : FactKind.Opened,
        DeliveryEventKind.Clicked => machine ? FactKind.MachineClicked : FactKind.Clicked,
        _ => null,
    };

    /// <summary>The kinds of events that tell a fact.</summary>
    public static DeliveryEventKind[] Kinds(FactKind fact) => [.. Enum.GetValues<DeliveryEventKind>().Where(k => Of(k, Failure(fact), machine: false) == fact)];

    /// <summary>The class of failures that tells a fact; unspecified for facts that no failure tells.</summary>
    public static FailureClass Failure(FactKind fact) => OfFailures.SingleOrDefault(f => f.Value == fact).Key;

    /// <summary>True for what is not kept of an erased person's address.</summary>
    public static bool IsPersonal(FactKind fact) => Personal.Contains(fact);
}
