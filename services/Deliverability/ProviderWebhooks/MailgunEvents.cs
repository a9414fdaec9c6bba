using System.Text.Json;
using ContactPlatform.Deliverability.DeliveryEvents;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.ProviderWebhooks;

/// <summary>Reads the calls of Mailgun's webhooks: one event each, with a signature beside it (documentation.mailgun.com, webhook payloads).</summary>
public static class MailgunEvents
{
    private static readonly Dictionary<string, DeliveryEventKind> Kinds = new(StringComparer.Ordinal)
    {
        ["accepted"] = DeliveryEventKind.Sent,
        ["delivered"] = DeliveryEventKind.Delivered,
        ["failed"] = DeliveryEventKind.Failed,
        ["rejected"] = DeliveryEventKind.Dropped,
        ["complained"] = DeliveryEventKind.Complained,
        ["unsubscribed"] = DeliveryEventKind.Unsubscribed,
        ["opened"] = DeliveryEventKind.Opened,
        ["clicked"] = DeliveryEventKind.Clicked,
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
        kind = kind != DeliveryEventKind.Failed ? kind
            : data.Text("severity", 40) == "temporary" ? DeliveryEventKind.Delayed
            // What Mailgun did not try because of a list of its own.
            : data.Text("reason", 60).StartsWith("suppress-", StringComparison.Ordinal) ? DeliveryEventKind.Dropped
            : DeliveryEventKind.Failed;
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
                Status = status.Code("enhanced-code"),
                Diagnostic = kind is DeliveryEventKind.Failed or DeliveryEventKind.Delayed or DeliveryEventKind.Dropped ? said.Length > 0 ? said : status.Text("description", EventLimits.Diagnostic) : "",
                RemoteHost = status.Text("mx-host", EventLimits.RemoteHost),
                Machine = kind is DeliveryEventKind.Opened or DeliveryEventKind.Clicked && data.Get("client-info").Says("bot"),
            },
        ], 0);
    }
}
