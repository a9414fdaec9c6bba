using ContactPlatform.ServiceDefaults.Mime;

namespace ContactPlatform.Sequences.Replies;

/// <summary>What somebody sent, as far as it is known, before anything is made of it.</summary>
public sealed record InboundReply
{
    /// <summary>True for a text message.</summary>
    public bool IsSms { get; init; }

    /// <summary>The mail's fields; none for a text message, or where only parts of the mail were handed in.</summary>
    public MailFields Fields { get; init; } = new();

    /// <summary>The subject, decoded; may be empty.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The text, with what it quotes and its signature.</summary>
    public string Text { get; init; } = "";

    /// <summary>What kind of report it is; None for a mail that somebody wrote.</summary>
    public MailReport Report { get; init; }

    /// <summary>The day on which it was sent, UTC; days without a year are reckoned from it.</summary>
    public DateOnly Day { get; init; }
}

/// <summary>Mails that servers and programs write about other mails.</summary>
public enum MailReport
{
    /// <summary>None of those.</summary>
    None,

    /// <summary>About a delivery, or a complaint: Deliverability takes those.</summary>
    Delivery,

    /// <summary>That a mail was displayed or deleted (RFC 8098).</summary>
    Receipt,

    /// <summary>Advertising sent to many, which answers nothing.</summary>
    Bulk,
}
