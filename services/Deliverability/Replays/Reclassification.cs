using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Replays;

/// <summary>A class of an event, and the rule that said so.</summary>
/// <param name="Class">The class.</param>
/// <param name="RuleId">The rule.</param>
/// <param name="RuleVersion">Version of the rules.</param>
public readonly record struct Ruling(FailureClass Class, string RuleId, int RuleVersion);

/// <summary>One event that is to be classified otherwise.</summary>
/// <param name="EventId">The event.</param>
/// <param name="MessageId">Its message; 0 for none of ours.</param>
/// <param name="AddressId">Its address.</param>
/// <param name="Kind">Failed or delayed.</param>
/// <param name="Time">When it happened.</param>
/// <param name="From">What it has to be classified as for this to be done.</param>
/// <param name="To">What it is classified as then.</param>
public sealed record Reclassification(long EventId, long MessageId, long AddressId, DeliveryEventKind Kind, DateTime Time, Ruling From, Ruling To)
{
    /// <summary>Whether it says something else of its address and its message.</summary>
    public bool IsTold => Kind == DeliveryEventKind.Failed && From.Class != To.Class;
}
