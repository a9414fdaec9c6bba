using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Requests;

namespace ContactPlatform.Deliverability.Sendability;

/// <summary>Why the gate kept a message from its address, as messages say it.</summary>
public static class RefusalReasons
{
    /// <summary>The recipient was erased.</summary>
    public const string NoAddress = "NO_ADDRESS";

    private static readonly HashSet<string> Hard = [.. StatusRules.Table.Where(r => r.IsHard).Select(r => Of(r.Status))];

    /// <summary>The reason where the address is shown so: the status' name.</summary>
    public static string Of(DeliverabilityStatus status) => EnumWord.Of(status);

    /// <summary>Whether a message refused for this counts as one that came back for good.</summary>
    public static bool IsHard(string reason) => Hard.Contains(reason);
}
