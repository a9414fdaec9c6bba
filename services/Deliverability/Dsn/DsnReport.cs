using ContactPlatform.Deliverability.Classifications;

namespace ContactPlatform.Deliverability.Dsn;

/// <summary>A delivery status notification.</summary>
/// <param name="OriginalMessageId">Message-ID of the message that it is about; may be empty.</param>
/// <param name="Recipients">What became of it, recipient by recipient.</param>
public sealed record DsnReport(string OriginalMessageId, IReadOnlyList<DsnRecipient> Recipients);

/// <summary>What became of a message for one recipient.</summary>
/// <param name="Address">The address that the message was sent to, or, where the report does not tell, the one that it ended at.</param>
/// <param name="IsOriginal">True when the report tells the address that the message was sent to.</param>
/// <param name="Action">What was done.</param>
/// <param name="Status">The code beside it; null when it is missing or malformed.</param>
/// <param name="Diagnostic">What the remote server said, at most 2,000 characters; may be empty.</param>
/// <param name="RemoteHost">The remote server, at most 255 characters; may be empty.</param>
/// <param name="Time">When it was tried last; null when the report does not tell.</param>
public sealed record DsnRecipient(string Address, bool IsOriginal, DsnAction Action, EnhancedCode? Status, string Diagnostic, string RemoteHost, DateTime? Time);

/// <summary>Actions: RFC 3464 2.3.3.</summary>
public enum DsnAction
{
    /// <summary>Not delivered, and not tried any more.</summary>
    Failed,

    /// <summary>Not delivered yet.</summary>
    Delayed,

    /// <summary>Delivered.</summary>
    Delivered,

    /// <summary>Handed to a server that sends no notifications: nobody knows.</summary>
    Relayed,

    /// <summary>Delivered to a list or an alias, and sent on: nobody knows.</summary>
    Expanded,
}
