using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Sendability;

/// <summary>Why the gate kept a message from its address, as messages say it.</summary>
public static class RefusalReasons
{
    /// <summary>The recipient was erased.</summary>
    public const string NoAddress = "NO_ADDRESS";

    private static readonly HashSet<string> Hard = [.. StatusRules.Table.Where(r => r.IsHard).Select(r => Of(r.Status))];

    /// <summary>The reason where the address is shown so: the status' name.</summary>
    public static string Of(DeliverabilityStatus status) =>
        string.Concat(status.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));

    /// <summary>Whether a message refused for this counts as one that came back for good.</summary>
    public static bool IsHard(string reason) => Hard.Contains(reason);
}
