using System.Security.Cryptography;
using ContactPlatform.Deliverability.Arf;
using ContactPlatform.Deliverability.Dsn;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Mime;

namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>Makes events of mails that report on deliveries.</summary>
public static class MailReports
{
    private static readonly Dictionary<DsnAction, DeliveryEventKind> Actions = new()
    {
        [DsnAction.Failed] = DeliveryEventKind.Failed,
        [DsnAction.Delayed] = DeliveryEventKind.Delayed,
        [DsnAction.Delivered] = DeliveryEventKind.Delivered,
        [DsnAction.Relayed] = DeliveryEventKind.Relayed,
        [DsnAction.Expanded] = DeliveryEventKind.Expanded,
    };

    /// <summary>Reads a mail.</summary>
    /// <param name="content">The mail.</param>
    /// <param name="source">Who hands it in.</param>
    /// <param name="now">The service's time.</param>
    /// <param name="messageId">The message of ours whose bounce address it came to; 0 for none.</param>
    /// <param name="events">Its events.</param>
    /// <param name="ignored">Recipients of whom neither address nor message is told, and reports that say nothing of the recipient.</param>
    /// <returns>What is wrong with the mail and what is allowed, to follow a field's name; null when it was read.</returns>
    public static string? TryRead(ReadOnlyMemory<byte> content, string source, DateTime now, long messageId, out IReadOnlyList<EventDraft> events, out int ignored)
    {
        (events, ignored) = ([], 0);
        if (MailMessage.TryRead(content, out var message) is { } problem)
        {
            return problem;
        }
        if (DsnParser.Find(message!) is { } status)
        {
            if (DsnParser.TryRead(message!, status, out var report) is { } wrong)
            {
                return wrong;
            }
            (events, ignored) = Keep(report!.Recipients.Select((r, i) => Draft(report, r, $"{Key(message!, status)}:{i}", source, now)), messageId);
            return null;
        }
        if (ArfParser.Find(message!) is { } feedback)
        {
            if (ArfParser.TryRead(message!, feedback, out var report) is { } wrong)
            {
                return wrong;
            }
            (events, ignored) = report!.Kind == ArfKind.Other ? ([], 1) : Keep(Drafts(report, Key(message!, feedback), source, now), messageId);
            return null;
        }
        return "holds neither a delivery status (message/delivery-status) nor a feedback report (message/feedback-report)";
    }

    private static EventDraft Draft(DsnReport report, DsnRecipient recipient, string key, string source, DateTime now)
    {
        var failed = recipient.Action is DsnAction.Failed or DsnAction.Delayed;
        return new()
        {
            Source = source,
            Key = key,
            Kind = Actions[recipient.Action],
            Time = Plausible(recipient.Time, now),
            Address = Address(recipient.Address),
            MessageFirst = !recipient.IsOriginal,
            Reference = report.OriginalMessageId,
            Status = recipient.Status is { } code && (code.IsFailure || !failed) ? code.ToString() : "",
            Diagnostic = failed ? EventText.Clean(recipient.Diagnostic, EventLimits.Diagnostic) : "",
            RemoteHost = EventText.Clean(recipient.RemoteHost, EventLimits.RemoteHost),
        };
    }

    private static IEnumerable<EventDraft> Drafts(ArfReport report, string key, string source, DateTime now) =>
        (report.Addresses.Count > 0 ? report.Addresses : [""]).Select((address, i) => new EventDraft
        {
            Source = source,
            Key = $"{key}:{i}",
            Kind = report.Kind == ArfKind.NotSpam ? DeliveryEventKind.NotSpam : DeliveryEventKind.Complained,
            Time = Plausible(report.Time, now),
            Address = Address(address),
            // RFC 5965 3.2: Original-Rcpt-To is what the reporting server was told, which is another address where the mail was forwarded.
            MessageFirst = report.Addresses.Count <= 1,
            Reference = report.OriginalMessageId,
            RemoteHost = EventText.Clean(report.UserAgent, EventLimits.RemoteHost),
        });

    /// <summary>Those of whom something is told that they can be found by; whatever came to a message's bounce address is about that message.</summary>
    private static (IReadOnlyList<EventDraft>, int) Keep(IEnumerable<EventDraft> all, long messageId)
    {
        var drafts = all.ToList();
        var kept = messageId != 0 ? drafts.ConvertAll(d => d with { MessageId = messageId, MessageFirst = true })
            : drafts.Where(d => d.Address.Length > 0 || d.Reference.Length > 0).ToList();
        return (kept, drafts.Count - kept.Count);
    }

    /// <summary>The same for the same mail, whatever servers it passed on its way: those write into its header, not into the report.</summary>
    private static string Key(MailMessage message, MailPart report)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(message.Fields["Message-ID"] + "\n"));
        hash.AppendData(report.Decode().Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Address(string text) => EmailAddress.TryNormalise(text, out var address) is null ? address : "";

    /// <summary>Programs whose clocks are wrong write such mails, too: what cannot be is the time of arrival.</summary>
    private static DateTime? Plausible(DateTime? time, DateTime now) => time is { } at && EventLimits.Problem(at, now) is null ? at : null;
}
