using System.Text.Json;
using ContactPlatform.Deliverability.DeliveryEvents;

namespace ContactPlatform.Deliverability.ProviderWebhooks;

/// <summary>Reads the calls of Mailgun's webhooks: one event each, with a signature beside it (documentation.mailgun.com, webhook payloads).</summary>
public static class MailgunEvents
{
    private static readonly Dictionary<string, EventKind> Kinds = new(StringComparer.Ordinal)
    {
        ["accepted"] = EventKind.Sent,
        ["delivered"] = EventKind.Delivered,
        ["failed"] = EventKind.Failed,
        ["rejected"] = EventKind.Dropped,
        ["complained"] = EventKind.Complained,
        ["unsubscribed"] = EventKind.Unsubscribed,
        ["opened"] = EventKind.Opened,
        ["clicked"] = EventKind.Clicked,
    };

    /// <summary>Reads a call's event.</summary>
    /// <param name="root">The call's body.</param>
    /// <param name="source">Source of the event.</param>
    public static ProviderBatch Read(JsonElement root, string source)
    {
        var data = root.Get("event-data");
        var key = data.Text("id", EventLimits.Key);
        var address = data.Address("recipient");
        if (key.Length == 0 || address.Length == 0 || !Kinds.TryGetValue(data.Text("event", 40), out var kind))
        {
            return new([], 1);
        }
        var status = data.Get("delivery-status");
        var said = status.Text("message", EventLimits.Diagnostic);
        kind = kind != EventKind.Failed ? kind
            : data.Text("severity", 40) == "temporary" ? EventKind.Delayed
            // What Mailgun did not try because of a list of its own.
            : data.Text("reason", 60).StartsWith("suppress-", StringComparison.Ordinal) ? EventKind.Dropped
            : EventKind.Failed;
        return new(
        [
            new()
            {
                Source = source,
                Key = key,
                Kind = kind,
                Time = data.Time("timestamp"),
                Address = address,
                MessageId = data.Get("user-variables").Id(ProviderBatch.MessageIdName),
                Reference = data.Get("message").Get("headers").Reference("message-id"),
                Status = status.Text("enhanced-code", EventLimits.Status),
                Diagnostic = kind is EventKind.Failed or EventKind.Delayed or EventKind.Dropped ? said.Length > 0 ? said : status.Text("description", EventLimits.Diagnostic) : "",
                RemoteHost = status.Text("mx-host", EventLimits.RemoteHost),
                Machine = data.Get("client-info").Says("bot"),
            },
        ], 0);
    }
}
