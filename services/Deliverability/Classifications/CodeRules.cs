using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Classifications;

/// <summary>One row of the table of codes.</summary>
/// <param name="Kinds">The classes it is about: `4`, `5` or both.</param>
/// <param name="Subject">The subject.</param>
/// <param name="Detail">The detail; null for every one that no other row names.</param>
/// <param name="Class">What it means.</param>
/// <param name="Name">The code's name in the IANA registry of enhanced status codes.</param>
public sealed record CodeRule(string Kinds, int Subject, int? Detail, FailureClass Class, string Name)
{
    /// <summary>The rule's id.</summary>
    public string Id { get; } = $"code.{(Kinds.Length == 1 ? Kinds : "x")}.{Subject}.{(Detail is { } detail ? detail : "x")}";

    /// <summary>True when the row is about a code.</summary>
    public bool Is(EnhancedCode code) =>
        code.Subject == Subject && (Detail is null || Detail == code.Detail) && Kinds.Contains((char)('0' + code.Kind), StringComparison.Ordinal);
}

/// <summary>
/// What enhanced status codes mean, the first row that fits. A code that no row is about decides nothing, and the text is
/// asked: 5.0.0, 5.1.0, 5.2.0, 5.3.0, x.5.x and 4.7.x are given for everything by servers that do not know better.
/// </summary>
public static class CodeRules
{
    /// <summary>The rows, in order.</summary>
    public static readonly IReadOnlyList<CodeRule> Table =
    [
        new("5", 1, 1, FailureClass.DoesNotExist, "Bad destination mailbox address"),
        new("5", 1, 2, FailureClass.DoesNotExist, "Bad destination system address"),
        new("5", 1, 3, FailureClass.DoesNotExist, "Bad destination mailbox address syntax"),
        new("5", 1, 6, FailureClass.DoesNotExist, "Destination mailbox has moved, no forwarding address"),
        new("5", 1, 10, FailureClass.DoesNotExist, "Recipient address has null MX"),
        new("5", 2, 1, FailureClass.DoesNotExist, "Mailbox disabled, not accepting messages"),
        new("45", 2, 2, FailureClass.MailboxFull, "Mailbox full"),
        new("4", 2, 1, FailureClass.Unavailable, "Mailbox disabled, not accepting messages"),
        new("4", 3, null, FailureClass.Unavailable, "Mail system status, for now"),
        new("45", 4, null, FailureClass.Unavailable, "Network and routing status, delivery time expired"),
        new("5", 1, 7, FailureClass.SenderFault, "Bad sender's mailbox address syntax"),
        new("5", 1, 8, FailureClass.SenderFault, "Bad sender's system address"),
        new("5", 2, 3, FailureClass.SenderFault, "Message length exceeds administrative limit"),
        new("5", 3, 4, FailureClass.SenderFault, "Message too big for system"),
        new("5", 6, null, FailureClass.SenderFault, "Message content or media status"),
        new("5", 7, null, FailureClass.SenderFault, "Security or policy status"),
    ];
}
