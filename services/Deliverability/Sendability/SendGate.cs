using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Sendability;

/// <summary>Whether an address may be written to.</summary>
/// <param name="Status">The status that is shown.</param>
/// <param name="Blocks">Everything that keeps it from being written to, the strongest first.</param>
public sealed record SendDecision(DeliverabilityStatus Status, IReadOnlyList<StatusRule> Blocks)
{
    /// <summary>True when it may be written to.</summary>
    public bool Sendable => Blocks.Count == 0;

    /// <summary>True when it may be written to once, to see whether what holds of it still does: who sends sees to it that only one does.</summary>
    public bool IsTrial { get; init; }

    /// <summary>The strongest thing that keeps it from that; unspecified for none.</summary>
    public SendBlock Block => Sendable ? SendBlock.Unspecified : Blocks[0].Block;

    /// <summary>When that became known last, UTC; null for none.</summary>
    public DateTime? FactTime { get; init; }
}

/// <summary>
/// The one way to a send: whoever is about to send a message asks here, with the facts as they are in that transaction. A
/// full mailbox lets one message pass every 24 hours, to see whether it is full still; its status stays until one is
/// delivered. Pure.
/// </summary>
public static class SendGate
{
    /// <summary>Nothing keeps messages from it, and nothing shows that it received any.</summary>
    public static readonly SendDecision New = new(DeliverabilityStatus.New, []);

    /// <summary>Nothing keeps messages from it, and it received some.</summary>
    public static readonly SendDecision Active = new(DeliverabilityStatus.Active, []);

    /// <summary>Decides about an address.</summary>
    /// <param name="facts">All that is known of it.</param>
    /// <param name="now">The time, UTC.</param>
    public static SendDecision Decide(AddressFacts facts, DateTime now)
    {
        List<StatusRule>? holding = null;
        foreach (var rule in StatusRules.Table)
        {
            if (rule.Holds(facts, now))
            {
                (holding ??= []).Add(rule);
            }
        }
        return holding is null ? ShownStatus.Without(facts) == DeliverabilityStatus.New ? New : Active
            : Decide(holding, [.. holding.Where(rule => !(rule.RetryTime(facts) <= now))], facts);
    }

    private static SendDecision Decide(List<StatusRule> holding, IReadOnlyList<StatusRule> blocks, AddressFacts facts) =>
        new(holding[0].Status, blocks) { IsTrial = blocks.Count == 0, FactTime = blocks.Count == 0 ? null : facts[blocks[0].Fact] };
}
