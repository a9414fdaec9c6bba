using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Deliverability.Addresses;

/// <summary>Between addresses as stored and addresses as the contract shows them.</summary>
public static class AddressProto
{
    /// <summary>Characters in a reason.</summary>
    public const int MaximumReason = 500;

    /// <summary>Reads an address.</summary>
    /// <returns>Its normal form.</returns>
    public static string Address(this Violations violations, string text, string field)
    {
        if (EmailAddress.TryNormalise(text, out var address) is { } problem)
        {
            violations.Add(field, problem);
        }
        return address;
    }

    /// <summary>Shows an address.</summary>
    /// <param name="address">In normal form.</param>
    /// <param name="facts">All that is known of it.</param>
    /// <param name="clearances">What was cleared by hand.</param>
    /// <param name="now">The time, UTC.</param>
    public static Address Show(string address, AddressFacts facts, IEnumerable<FactClearanceRow> clearances, DateTime now) => new()
    {
        Address_ = address,
        Status = ShownStatus.Of(facts, now),
        Facts = { System.Enum.GetValues<FactKind>().Where(k => k != FactKind.Unspecified && facts[k] is not null).Select(k => new Fact { Kind = k, FactTime = Timestamp.FromDateTime(facts[k]!.Value) }) },
        Clearances =
        {
            clearances.Select(c => new FactClearance { Kind = c.Kind, ClearTime = Timestamp.FromDateTime(c.ClearTime), Actor = Actor(c.ActorKind, c.ActorSubject, c.ActorName), Reason = c.Reason }),
        },
    };

    /// <summary>Shows who did something.</summary>
    public static Actor Actor(ActorKind kind, string subject, string name) => new() { Kind = kind, Subject = subject, DisplayName = name };
}
