using System.Text.Json;
using ContactPlatform.Deliverability.DeliveryEvents;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.ProviderWebhooks;

/// <summary>Reads the calls of SendGrid's Event Webhook: an array of events (twilio.com/docs/sendgrid/for-developers/tracking-events/event).</summary>
public static class SendGridEvents
{
    /// <summary>
    /// What its events are here. `dropped` is none of a server's answers, but SendGrid's own list. `group_resubscribe` is
    /// left out: nothing that arrives as an event leads towards sending.
    /// </summary>
    private static readonly Dictionary<string, DeliveryEventKind> Kinds = new(StringComparer.Ordinal)
    {
        ["processed"] = DeliveryEventKind.Sent,
        ["delivered"] = DeliveryEventKind.Delivered,
        ["deferred"] = DeliveryEventKind.Delayed,
        ["bounce"] = DeliveryEventKind.Failed,
        ["dropped"] = DeliveryEventKind.Dropped,
        ["spamreport"] = DeliveryEventKind.Complained,
        ["unsubscribe"] = DeliveryEventKind.Unsubscribed,
        ["group_unsubscribe"] = DeliveryEventKind.Unsubscribed,
        ["open"] = DeliveryEventKind.Opened,
        ["click"] = DeliveryEventKind.Clicked,
    };

    /// <summary>Reads a call's body.</summary>
    /// <param name="body">The body; its size is bounded by the endpoint.</param>
    /// <param name="source">Source of the events.</param>
    /// <returns>Null when it is no array of at most 5,000 events.</returns>
    public static ProviderBatch? Read(ReadOnlyMemory<byte> body, string source)
    {
        using var json = ProviderJson.Parse(body);
        if (json?.RootElement is not { ValueKind: JsonValueKind.Array } root || root.GetArrayLength() > EventLimits.Batch)
        {
            return null;
        }
        EventDraft[] events = [.. root.EnumerateArray().Select(e => Draft(e, source)).OfType<EventDraft>()];
        return new(events, root.GetArrayLength() - events.Length);
    }

    private static EventDraft? Draft(JsonElement e, string source)
    {
        var key = e.Text("sg_event_id", EventLimits.Key);
        var address = e.Address("email");
        if (key.Length == 0 || address.Length == 0 || !Kinds.TryGetValue(e.Text("event", 40), out var kind))
        {
            return null;
        }
        // Which of the two holds the server's answer depends on the event.
        var reason = e.Text("reason", EventLimits.Diagnostic);
        return new()
        {
            Source = source,
            Key = key,
            Kind = kind,
            Time = e.Time("timestamp"),
            Address = address,
            MessageId = e.Id(ProviderBatch.MessageIdName),
            Reference = e.Reference("smtp-id"),
            Status = e.Code("status"),
            Diagnostic = kind is DeliveryEventKind.Failed or DeliveryEventKind.Delayed or DeliveryEventKind.Dropped ? reason.Length > 0 ? reason : e.Text("response", EventLimits.Diagnostic) : "",
            Machine = kind is DeliveryEventKind.Opened && e.Says("sg_machine_open"),
        };
    }
}
