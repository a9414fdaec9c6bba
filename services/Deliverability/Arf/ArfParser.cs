using ContactPlatform.Deliverability.Reports;
using ContactPlatform.ServiceDefaults.Mime;

namespace ContactPlatform.Deliverability.Arf;

/// <summary>Reads feedback reports (RFC 5965).</summary>
public static class ArfParser
{
    private const int MaximumType = 40;
    private const int MaximumUserAgent = 255;

    /// <summary>Feedback types (RFC 5965 7.3, RFC 6430) that say something about the person; every other is none of that.</summary>
    private static readonly Dictionary<string, ArfKind> Kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["abuse"] = ArfKind.Complaint,
        ["fraud"] = ArfKind.Complaint,
        ["not-spam"] = ArfKind.NotSpam,
    };

    /// <summary>Finds the report in a message.</summary>
    /// <returns>The part that is one; null when the message is none.</returns>
    public static MailPart? Find(MailMessage message) => message.Parts.FirstOrDefault(p => p.Type.MediaType == "message/feedback-report");

    /// <summary>Reads the report of a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="part">Its part that is the report.</param>
    /// <param name="report">The report; null when the answer is not.</param>
    /// <returns>What is wrong with it, to follow a field's name; null when it was read.</returns>
    public static string? TryRead(MailMessage message, MailPart part, out ArfReport? report)
    {
        report = null;
        if (!MailFields.TryRead(part.Decode().Span, out var fields, out _))
        {
            return $"has a feedback report of more than {MailLimits.Header} bytes or {MailLimits.Fields} fields";
        }
        if (fields["Feedback-Type"] is not { Length: > 0 and <= MaximumType } type)
        {
            return $"has a feedback report without a Feedback-Type of 1 to {MaximumType} characters";
        }
        var original = OriginalMessage.Fields(message);
        string[] addresses = [.. fields.All("Original-Rcpt-To").Take(ReportLimits.Recipients + 1).Select(MailIds.Address).Where(a => a.Length > 0)];
        if (addresses.Length > ReportLimits.Recipients)
        {
            return $"is about more than {ReportLimits.Recipients} recipients";
        }
        if (addresses.Length == 0 && MailIds.Address(original["To"]) is { Length: > 0 } only && !only.Contains(',', StringComparison.Ordinal))
        {
            // Messages of ours have one recipient each, who stands there.
            addresses = [only];
        }
        var agent = fields["User-Agent"];
        report = new(Kinds.GetValueOrDefault(type, ArfKind.Other), type.ToLowerInvariant(), addresses, OriginalMessage.MessageId(original),
            agent.Length <= MaximumUserAgent ? agent : agent[..MaximumUserAgent],
            MailDate.Read(message.Fields["Date"]) ?? MailDate.Read(fields["Arrival-Date"]) ?? MailDate.Read(fields["Received-Date"]));
        return null;
    }
}
