using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Deliverability.Webhooks;

/// <summary>What a request wants of a webhook; null for what stays as it is.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="EventMask">What it wants.</param>
/// <param name="Disabled">Whether it gets nothing.</param>
public sealed record WebhookChange(string? Url, string? Name, long? EventMask, bool? Disabled);

/// <summary>Reads and writes webhook.proto.</summary>
public static class WebhookProto
{
    private static readonly string[] Fields = ["url", "display_name", "event_types", "disabled"];

    /// <summary>Reads a request for a new webhook.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD.</exception>
    public static (WebhookChange Wanted, string RequestId) Read(CreateWebhookRequest request, ForbiddenNetworks forbidden)
    {
        var violations = new Violations();
        var requestId = violations.RequestId(request.RequestId);
        violations.Check(request.Webhook is not null, "webhook", "is missing");
        var webhook = request.Webhook ?? throw new RefusalException(violations.Refusal());
        const string outputOnly = "is output only; leave it empty";
        violations.Check(webhook.WebhookId == 0, "webhook.webhook_id", outputOnly);
        violations.Check(webhook.DisabledReason.Length == 0, "webhook.disabled_reason", outputOnly);
        violations.Check(webhook.Etag.Length == 0, "webhook.etag", outputOnly);
        var wanted = ReadChange(webhook, Fields, forbidden, violations);
        violations.ThrowIfAny();
        return (wanted, requestId);
    }

    /// <summary>Reads an update.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD.</exception>
    public static (long Id, WebhookChange Wanted, string Etag) Read(UpdateWebhookRequest request, ForbiddenNetworks forbidden)
    {
        var violations = new Violations();
        var webhook = request.Webhook ?? new Webhook();
        violations.Check(request.Webhook is not null, "webhook", "is missing");
        var id = request.Webhook is null ? 0 : violations.Id(webhook.WebhookId, "webhook.webhook_id");
        var mask = violations.UpdateMask(request.UpdateMask, Fields);
        var wanted = ReadChange(webhook, mask, forbidden, violations);
        violations.ThrowIfAny();
        return (id, wanted, webhook.Etag);
    }

    /// <summary>Shows a webhook.</summary>
    public static Webhook ToProto(this WebhookRow row, DateTime now) => new()
    {
        WebhookId = row.WebhookId,
        Url = row.Url,
        DisplayName = row.DisplayName,
        EventTypes = { WebhookTypes.Types(row.EventMask) },
        Disabled = row.Disabled,
        DisabledReason = row.DisabledReason,
        OverlapEndTime = row.OverlapEndTime is { } end && end > now ? Timestamp.FromDateTime(end) : null,
        CreateTime = Timestamp.FromDateTime(row.CreateTime),
        UpdateTime = Timestamp.FromDateTime(row.UpdateTime),
        Etag = Etag.Of(row.Version),
    };

    private static WebhookChange ReadChange(Webhook webhook, IEnumerable<string> mask, ForbiddenNetworks forbidden, Violations violations)
    {
        var fields = mask.ToHashSet();
        return new(
            fields.Contains("url") ? Url() : null,
            fields.Contains("display_name") ? violations.Text(webhook.DisplayName, "webhook.display_name", WebhookRow.MaximumName, minimum: 1) : null,
            fields.Contains("event_types") ? Types(webhook.EventTypes, violations) : null,
            fields.Contains("disabled") ? webhook.Disabled : null);

        string? Url()
        {
            if (WebhookUrl.TryRead(webhook.Url, forbidden, out var url) is { } problem)
            {
                violations.Add("webhook.url", problem);
            }
            return url?.AbsoluteUri;
        }
    }

    private static long Types(RepeatedField<WebhookEventType> types, Violations violations)
    {
        var wrong = types.Where(t => !WebhookTypes.CanBeWanted(t)).Take(1).ToList();
        violations.Check(wrong.Count == 0, "webhook.event_types", $"names {(wrong.Count > 0 ? (int)wrong[0] : 0)}; expected those of WebhookEventType but the test");
        violations.Check(types.Distinct().Count() == types.Count, "webhook.event_types", "names one more than once");
        return wrong.Count > 0 ? 0 : WebhookTypes.Mask(types);
    }
}
