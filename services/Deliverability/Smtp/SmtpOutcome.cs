namespace ContactPlatform.Deliverability.Smtp;

/// <summary>What became of an attempt to hand a mail over.</summary>
public enum SmtpResult
{
    /// <summary>The server has it and answers for it.</summary>
    Accepted,

    /// <summary>The server does not have it, and may take it later.</summary>
    Deferred,

    /// <summary>The server does not have it, and never will.</summary>
    Refused,

    /// <summary>Nobody can tell: the mail's end was sent, and no answer came.</summary>
    Unknown,

    /// <summary>The connection, open from an earlier mail, had been closed before this one began.</summary>
    Stale,
}

/// <summary>What became of an attempt to hand a mail over, and what was said.</summary>
/// <param name="Result">What became of it.</param>
/// <param name="Code">The server's code; 0 where it said nothing.</param>
/// <param name="EnhancedCode">The server's enhanced code; may be empty.</param>
/// <param name="Text">The server's words, or ours where it said nothing; at most 500 characters. May hold personal data.</param>
public sealed record SmtpOutcome(SmtpResult Result, int Code, string EnhancedCode, string Text)
{
    /// <summary>True when the server had heard of the recipient when it answered. Else the outcome says nothing of the recipient.</summary>
    public bool OfRecipient { get; init; }

    /// <summary>What a reply that is no consent means.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="ofRecipient">Whether the recipient was named before it.</param>
    public static SmtpOutcome No(SmtpReply reply, bool ofRecipient) =>
        new(reply.Code >= 500 ? SmtpResult.Refused : SmtpResult.Deferred, reply.Code, reply.EnhancedCode, reply.Text) { OfRecipient = ofRecipient };

    /// <summary>An outcome without a reply.</summary>
    public static SmtpOutcome Silent(SmtpResult result, string text) => new(result, 0, "", text);
}

/// <summary>No connection to the mail server can be had; no mail was begun.</summary>
public sealed class SmtpUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The server says what is no SMTP, or more than an answer may hold.</summary>
internal sealed class SmtpProtocolException(string message) : Exception(message);
