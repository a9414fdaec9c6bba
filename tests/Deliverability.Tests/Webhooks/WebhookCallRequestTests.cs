using ContactPlatform.Deliverability.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.Webhooks;

/// <summary>Calls of one webhook, as rules of automation ask for them.</summary>
[Collection("platform")]
public sealed class WebhookCallRequestTests(PlatformFixture platform)
{
    [Fact]
    public async Task A_webhook_is_called_once_whatever_it_wants()
    {
        var contact = await platform.KnownContactAsync(platform.NewAddress());
        var webhook = (await platform.Webhooks.CreateWebhookAsync(new() { Webhook = new() { Url = "http://127.0.0.1:1/hook", DisplayName = "called", EventTypes = { WebhookEventType.MessageFailed } } }, platform.Headers)).Webhook;
        try
        {
            var request = new CallWebhookRequest
            {
                WebhookId = webhook.WebhookId, RequestId = $"call {contact}",
                AutomationCall = new() { RuleDisplayName = "rule", FromStatus = "OPEN", Status = "ENROLLED", Contact = new() { ContactId = contact, GivenName = "Ada", CustomFields = { ["plan"] = "gold" } } },
            };
            (await platform.Webhooks.CallWebhookAsync(new() { WebhookId = webhook.WebhookId, ValidateOnly = true }, platform.Headers)).WebhookDeliveryId.ShouldBe(0);
            var id = (await platform.Webhooks.CallWebhookAsync(request, platform.Headers)).WebhookDeliveryId;
            // The contact is another one meanwhile, the call is the same.
            request.AutomationCall.Contact.GivenName = "Bob";
            (await platform.Webhooks.CallWebhookAsync(request, platform.Headers)).WebhookDeliveryId.ShouldBe(id);
            var deliveries = (await platform.WebhookDeliveries.ListWebhookDeliveriesAsync(new() { WebhookId = webhook.WebhookId }, platform.Headers)).WebhookDeliveries;
            deliveries.Select(d => (d.WebhookDeliveryId, d.EventType, d.ContactId)).ShouldBe([(id, WebhookEventType.AutomationFired, contact)]);
            var body = (await platform.WebhookDeliveries.GetWebhookDeliveryAsync(new() { WebhookId = webhook.WebhookId, WebhookDeliveryId = id }, platform.Headers)).Body;
            body.ShouldContain("\"type\": \"automation.fired\"");
            body.ShouldContain("\"given_name\": \"Ada\"");

            request.AutomationCall.Status = "WORKING";
            await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", async () => await platform.Webhooks.CallWebhookAsync(request, platform.Headers));
            await RefusedAsync(StatusCode.NotFound, "WEBHOOK_NOT_FOUND", async () => await platform.Webhooks.CallWebhookAsync(request, platform.OtherHeaders));
            (await MalformedAsync(async () => await platform.Webhooks.CallWebhookAsync(new() { WebhookId = 1 }, platform.Headers))).ShouldBe(["request_id", "automation_call", "automation_call.contact.contact_id"]);
            await platform.Webhooks.UpdateWebhookAsync(new() { Webhook = new() { WebhookId = webhook.WebhookId, Disabled = true }, UpdateMask = FieldMask.FromString("disabled") }, platform.Headers);
            await RefusedAsync(StatusCode.FailedPrecondition, "WEBHOOK_DISABLED", async () => await platform.Webhooks.CallWebhookAsync(new() { WebhookId = webhook.WebhookId, ValidateOnly = true }, platform.Headers));
        }
        finally
        {
            await platform.Webhooks.DeleteWebhookAsync(new() { WebhookId = webhook.WebhookId }, platform.Headers);
        }
    }
}
