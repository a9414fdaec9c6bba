namespace ContactPlatform.Deliverability.Mail;

/// <summary>A file that goes with a mail.</summary>
/// <param name="FileName">Shown to the reader.</param>
/// <param name="ContentType">`type/subtype`.</param>
/// <param name="Encoded">The content in base64, in lines: encoded once for all recipients.</param>
public sealed record MailFile(string FileName, string ContentType, ReadOnlyMemory<byte> Encoded);

/// <summary>A mail to one recipient, before it is written as RFC 5322 has it.</summary>
/// <param name="MessageId">With its angle brackets, the same at every try.</param>
/// <param name="Date">When it is sent.</param>
/// <param name="From">Who writes.</param>
/// <param name="To">Who is written to.</param>
/// <param name="Subject">The subject.</param>
public sealed record OutgoingMail(string MessageId, DateTime Date, Mailbox From, Mailbox To, string Subject)
{
    /// <summary>Where answers go; null for the sender.</summary>
    public Mailbox? ReplyTo { get; init; }

    /// <summary>The plain text; null for none.</summary>
    public string? Text { get; init; }

    /// <summary>The HTML; null for none.</summary>
    public string? Html { get; init; }

    /// <summary>What goes with it.</summary>
    public IReadOnlyList<MailFile> Files { get; init; } = [];

    /// <summary>Address for the one-click unsubscription of RFC 8058; null for none.</summary>
    public string? UnsubscribeUrl { get; init; }
}
