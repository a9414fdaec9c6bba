namespace ContactPlatform.Deliverability.Arf;

/// <summary>A report of abuse.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Type">Its Feedback-Type in lower case, at most 40 characters.</param>
/// <param name="Addresses">Whom the message reached, as the reporting server knows it: behind a forwarder not who it was sent to. Empty where the report keeps that to itself.</param>
/// <param name="OriginalMessageId">Message-ID of the message that it is about; may be empty.</param>
/// <param name="UserAgent">The program that made the report, at most 255 characters; may be empty.</param>
/// <param name="Time">When the message arrived or the report was made; null when it does not tell.</param>
public sealed record ArfReport(ArfKind Kind, string Type, IReadOnlyList<string> Addresses, string OriginalMessageId, string UserAgent, DateTime? Time);

/// <summary>What a report says about the person.</summary>
public enum ArfKind
{
    /// <summary>The person complained: `abuse`, and `fraud`, which is worse.</summary>
    Complaint,

    /// <summary>The person says that it was no spam: `not-spam`.</summary>
    NotSpam,

    /// <summary>Nothing about the person: a virus, a failed authentication, anything else.</summary>
    Other,
}
