using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Mime;

namespace ContactPlatform.Sequences.Replies;

/// <summary>A mail that may be a reply.</summary>
/// <param name="Reply">What it says.</param>
/// <param name="From">Address of the author in normal form; empty when there is none.</param>
/// <param name="MessageId">Its Message-ID without angle brackets; may be empty.</param>
/// <param name="Thread">Message-IDs of what it answers, nearest first.</param>
public sealed record ReplyMail(InboundReply Reply, string From, string MessageId, IReadOnlyList<string> Thread)
{
    /// <summary>Clocks of senders are believed this far.</summary>
    private const int Days = 3;

    private static readonly string[] Reports = ["message/delivery-status", "message/global-delivery-status", "message/feedback-report"];

    /// <summary>Reads a mail.</summary>
    /// <param name="raw">As it was received.</param>
    /// <param name="now">When.</param>
    /// <param name="mail">The mail; null when the answer is not.</param>
    /// <returns>What is wrong with it and what is allowed, to follow a field's name; null when it was read.</returns>
    public static string? TryRead(ReadOnlyMemory<byte> raw, DateTime now, out ReplyMail? mail)
    {
        mail = null;
        if (MailMessage.TryRead(raw, out var message) is { } problem)
        {
            return problem;
        }
        var fields = message!.Fields;
        var from = EmailAddress.TryNormalise(MailIds.Address(fields["From"]), out var address) is null ? address : "";
        var thread = MailThread.Ids(fields);
        mail = new(new()
        {
            Fields = fields,
            Subject = EncodedWords.Decode(fields["Subject"]),
            Text = Text(message),
            Report = Report(message, from, thread.Count),
            Day = DateOnly.FromDateTime(MailDate.Read(fields["Date"]) is { } sent && (now - sent).Duration() < TimeSpan.FromDays(Days) ? sent : now),
        }, from, MailIds.Bare(fields["Message-ID"]), thread);
        return null;
    }

    private static MailReport Report(MailMessage message, string from, int thread) =>
        message.Parts.Any(p => Reports.Contains(p.Type.MediaType)) || from.StartsWith("mailer-daemon@", StringComparison.Ordinal) || from.StartsWith("postmaster@", StringComparison.Ordinal) ? MailReport.Delivery
        : message.Parts.Any(p => p.Type.MediaType == "message/disposition-notification") ? MailReport.Receipt
        : thread == 0 && message.Fields["List-Unsubscribe"].Length > 0 ? MailReport.Bulk : MailReport.None;

    /// <summary>Its plain text; where it has none, that of its HTML.</summary>
    private static string Text(MailMessage message)
    {
        var plain = string.Join('\n', message.Parts.Where(p => p is { Type.MediaType: "text/plain", IsAttachment: false }).Select(p => p.DecodeText()));
        return plain.AsSpan().Trim().Length > 0 ? plain
            : message.Parts.FirstOrDefault(p => p is { Type.MediaType: "text/html", IsAttachment: false }) is { } html ? HtmlText.Read(html.DecodeText()) : "";
    }
}
