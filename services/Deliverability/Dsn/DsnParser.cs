using ContactPlatform.Deliverability.Classifications;
using ContactPlatform.Deliverability.Reports;
using ContactPlatform.ServiceDefaults.Mime;

namespace ContactPlatform.Deliverability.Dsn;

/// <summary>Reads delivery status notifications (RFC 3464; RFC 6533 for addresses beyond ASCII).</summary>
public static class DsnParser
{
    private const int MaximumHost = 255;

    private static readonly Dictionary<string, DsnAction> Actions = Enum.GetValues<DsnAction>().ToDictionary(a => a.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds the notification in a message.</summary>
    /// <returns>The part that is one; null when the message is none.</returns>
    public static MailPart? Find(MailMessage message) =>
        message.Parts.FirstOrDefault(p => p.Type.MediaType is "message/delivery-status" or "message/global-delivery-status");

    /// <summary>Reads the notification of a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="part">Its part that is the notification.</param>
    /// <param name="report">The report; null when the answer is not.</param>
    /// <returns>What is wrong with it, to follow a field's name; null when it was read.</returns>
    public static string? TryRead(MailMessage message, MailPart part, out DsnReport? report)
    {
        report = null;
        var text = part.Decode();
        var (recipients, reported, first) = (new List<DsnRecipient>(), "", true);
        while (text.Span.IndexOfAnyExcept((byte)'\r', (byte)'\n') is >= 0 and var blank)
        {
            text = text[blank..];
            if (!MailFields.TryRead(text.Span, out var group, out var rest))
            {
                return $"has a group of more than {MailLimits.Header} bytes or {MailLimits.Fields} fields in its delivery status";
            }
            text = text[rest..];
            if (first && group.Count > 0 && group["Action"].Length == 0)
            {
                // The first group is about the message as a whole.
                (reported, first) = (group["Arrival-Date"], false);
            }
            else if (group.Count > 0 && Recipient(group) is { } recipient)
            {
                first = false;
                if (recipients.Count == ReportLimits.Recipients)
                {
                    return $"is about more than {ReportLimits.Recipients} recipients";
                }
                recipients.Add(recipient with { Time = recipient.Time ?? MailDate.Read(message.Fields["Date"]) ?? MailDate.Read(reported) });
            }
        }
        if (recipients.Count == 0)
        {
            return "has a delivery status without any recipient that names an address and an action";
        }
        report = new(OriginalMessage.MessageId(OriginalMessage.Fields(message)), recipients);
        return null;
    }

    /// <summary>Null when the group does not say for whom, or names no known action.</summary>
    private static DsnRecipient? Recipient(MailFields group)
    {
        // The address that we wrote to comes first: where mail was forwarded, the other one is somebody else's.
        var original = MailIds.Address(group["Original-Recipient"]);
        var address = original.Length > 0 ? original : MailIds.Address(group["Final-Recipient"]);
        var status = group["Status"].AsSpan().Trim();
        var word = group["Action"].Split([' ', '(', ';'], 2)[0];
        if (address.Length == 0 || !Actions.TryGetValue(word, out var action))
        {
            return null;
        }
        var diagnostic = group["Diagnostic-Code"];
        var host = MailIds.Address(group["Remote-MTA"]);
        return new(address, original.Length > 0, action, EnhancedCode.TryRead(status, out var code, out _) ? code : null,
            diagnostic.Length <= Classifier.MaximumLength ? diagnostic : diagnostic[..Classifier.MaximumLength],
            host.Length <= MaximumHost ? host : host[..MaximumHost], MailDate.Read(group["Last-Attempt-Date"]));
    }
}
