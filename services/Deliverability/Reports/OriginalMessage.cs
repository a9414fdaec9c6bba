using ContactPlatform.ServiceDefaults.Mime;

namespace ContactPlatform.Deliverability.Reports;

/// <summary>The message that a report is about, as far as the report gives it back.</summary>
public static class OriginalMessage
{
    private static readonly string[] Types = ["message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers", "message/rfc822-headers"];

    /// <summary>Its header; without fields when the report does not give it back, or gives back too much of it.</summary>
    public static MailFields Fields(MailMessage report) =>
        report.Parts.FirstOrDefault(p => Types.Contains(p.Type.MediaType)) is { } part && MailFields.TryRead(part.Decode().Span, out var fields, out _) ? fields : new();

    /// <summary>Its Message-ID without the angle brackets; empty when there is none, or one longer than 250 characters.</summary>
    public static string MessageId(MailFields fields) => MailIds.Bare(fields["Message-ID"]);
}
