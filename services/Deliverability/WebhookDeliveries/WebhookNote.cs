using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>An event as webhooks may be told of it.</summary>
/// <param name="Type">Its type.</param>
/// <param name="OrderKey">What it is in order with: see <see cref="WebhookDeliveryRow.OrderKey"/>.</param>
/// <param name="Time">When it happened, UTC.</param>
/// <param name="Data">What is told, but for the account.</param>
public sealed record WebhookNote(WebhookEventType Type, long OrderKey, DateTime Time, WebhookEventData Data)
{
    /// <summary>An event of a contact.</summary>
    public static WebhookNote Of(WebhookEventType type, long contactId, DateTime time, Actor? actor, long runId, Action<WebhookEventData>? detail = null)
    {
        var data = new WebhookEventData { ContactId = contactId, Actor = actor, RunId = runId };
        detail?.Invoke(data);
        return new(type, contactId, time, data);
    }
}
