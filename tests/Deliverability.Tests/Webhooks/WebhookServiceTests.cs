using ContactPlatform.Deliverability.ProviderWebhooks;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.Webhooks;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.Webhooks;

/// <summary>Webhooks through the contract: made, changed, deleted, their secrets.</summary>
[Collection("platform")]
public sealed class WebhookServiceTests(PlatformFixture platform) : WebhookCase(platform)
{
    [Fact]
    public async Task A_secret_is_shown_once_and_exchanged_with_both_signing_for_a_while()
    {
        var request = Request(WebhookEventType.ContactMerged);
        request.RequestId = $"hook {Receiver.Address.Port}";
        var made = await Platform.Webhooks.CreateWebhookAsync(request, Platform.Headers);
        var id = made.Webhook.WebhookId;
        Convert.FromBase64String(made.Secret["whsec_".Length..]).Length.ShouldBe(32);
        (await Platform.Webhooks.CreateWebhookAsync(request, Platform.Headers)).ShouldBe(made);
        await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => Platform.Webhooks.CreateWebhookAsync(new(request) { Webhook = new(request.Webhook) { DisplayName = "other" } }, Platform.Headers).ResponseAsync);
        // What a copy of the database tells.
        var stored = await Platform.Stores.AskAsync(ContactsHost.Account, db => db.Webhooks.AsNoTracking().SingleAsync(w => w.WebhookId == id));
        stored.Secret.AsSpan().IndexOf(Convert.FromBase64String(made.Secret["whsec_".Length..])).ShouldBe(-1);

        var rotate = new RotateWebhookSecretRequest { WebhookId = id, OverlapHours = 2, RequestId = $"rotate {Receiver.Address.Port}" };
        var rotated = await Platform.Webhooks.RotateWebhookSecretAsync(rotate, Platform.Headers);
        rotated.Secret.ShouldNotBe(made.Secret);
        (rotated.Webhook.OverlapEndTime.ToDateTime() - rotated.Webhook.UpdateTime.ToDateTime()).ShouldBe(TimeSpan.FromHours(2));
        (await Platform.Webhooks.RotateWebhookSecretAsync(rotate, Platform.Headers)).ShouldBe(rotated);
        // The first answer is not told again.
        (await Platform.Webhooks.CreateWebhookAsync(request, Platform.Headers)).Secret.ShouldBe("");
        await Platform.Webhooks.SendTestEventAsync(new() { WebhookId = id }, Platform.Headers);
        await ArrivedAsync(1);
        (Receiver.Calls[0].Type, Receiver.Calls[0].Signature.Split(' ').Length).ShouldBe(("webhook.test", 2));
        (Receiver.Calls[0].IsSignedBy(made.Secret), Receiver.Calls[0].IsSignedBy(rotated.Secret)).ShouldBe((true, true));
        // The overlap is over.
        await Platform.Stores.AskAsync(ContactsHost.Account, db => db.Webhooks.ExecuteUpdateAsync(set => set.SetProperty(w => w.OverlapEndTime, Now)));
        await Platform.Webhooks.SendTestEventAsync(new() { WebhookId = id }, Platform.Headers);
        await ArrivedAsync(2);
        (Receiver.Calls[1].IsSignedBy(made.Secret), Receiver.Calls[1].IsSignedBy(rotated.Secret)).ShouldBe((false, true));
        (await MalformedAsync(() => Platform.Webhooks.RotateWebhookSecretAsync(new() { OverlapHours = 169 }, Platform.Headers).ResponseAsync)).ShouldBe(["webhook_id", "overlap_hours"]);
        Platform.Deliverability.Service.Process.Output.ShouldNotContain("whsec_");
    }

    [Fact]
    public async Task A_webhook_is_read_changed_and_deleted_by_its_account_alone()
    {
        var (made, _) = await CreateAsync(WebhookEventType.ContactErased, WebhookEventType.MessageSent);
        var id = made.WebhookId;
        made.EventTypes.ShouldBe([WebhookEventType.MessageSent, WebhookEventType.ContactErased]);
        (await Platform.Webhooks.GetWebhookAsync(new() { WebhookId = id }, Platform.Headers)).Webhook.ShouldBe(made);
        (await Platform.Webhooks.ListWebhooksAsync(new() { PageSize = 1 }, Platform.Headers)).Webhooks.ShouldHaveSingleItem();
        var update = new UpdateWebhookRequest { Webhook = new(made) { DisplayName = "renamed", Url = "https://example.org/x" }, UpdateMask = new() { Paths = { "display_name" } } };
        var changed = (await Platform.Webhooks.UpdateWebhookAsync(update, Platform.Headers)).Webhook;
        (changed.DisplayName, changed.Url, changed.Etag).ShouldBe(("renamed", made.Url, "2"));
        (await Platform.Webhooks.UpdateWebhookAsync(new(update) { Webhook = new(changed) }, Platform.Headers)).Webhook.ShouldBe(changed);
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", () => Platform.Webhooks.UpdateWebhookAsync(update, Platform.Headers).ResponseAsync);
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", () => Platform.Webhooks.DeleteWebhookAsync(new() { WebhookId = id, Etag = made.Etag }, Platform.Headers).ResponseAsync);
        var test = (await Platform.Webhooks.SendTestEventAsync(new() { WebhookId = id }, Platform.Headers)).WebhookDeliveryId;

        foreach (var call in (Func<Task>[])
            [
                () => Platform.Webhooks.GetWebhookAsync(new() { WebhookId = id }, Platform.OtherHeaders).ResponseAsync,
                () => Platform.Webhooks.UpdateWebhookAsync(new(update) { Webhook = new(changed) }, Platform.OtherHeaders).ResponseAsync,
                () => Platform.Webhooks.DeleteWebhookAsync(new() { WebhookId = id }, Platform.OtherHeaders).ResponseAsync,
                () => Platform.Webhooks.RotateWebhookSecretAsync(new() { WebhookId = id }, Platform.OtherHeaders).ResponseAsync,
                () => Platform.Webhooks.SendTestEventAsync(new() { WebhookId = id }, Platform.OtherHeaders).ResponseAsync,
                () => Platform.WebhookDeliveries.ListWebhookDeliveriesAsync(new() { WebhookId = id }, Platform.OtherHeaders).ResponseAsync,
                () => Platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, DeadLetters = true }, Platform.OtherHeaders).ResponseAsync,
            ])
        {
            await RefusedAsync(StatusCode.NotFound, "WEBHOOK_NOT_FOUND", call);
        }
        await RefusedAsync(StatusCode.NotFound, "WEBHOOK_DELIVERY_NOT_FOUND", () => Platform.WebhookDeliveries.GetWebhookDeliveryAsync(new() { WebhookId = id, WebhookDeliveryId = test }, Platform.OtherHeaders).ResponseAsync);
        (await Platform.Webhooks.ListWebhooksAsync(new(), Platform.OtherHeaders)).Webhooks.ShouldBeEmpty();
        await Platform.Webhooks.DeleteWebhookAsync(new() { WebhookId = id, Etag = changed.Etag }, Platform.Headers);
        await RefusedAsync(StatusCode.NotFound, "WEBHOOK_NOT_FOUND", () => Platform.Webhooks.GetWebhookAsync(new() { WebhookId = id }, Platform.Headers).ResponseAsync);

        (await MalformedAsync(() => Platform.Webhooks.CreateWebhookAsync(new(), Platform.Headers).ResponseAsync)).ShouldBe(["webhook"]);
        (await MalformedAsync(() => Platform.Webhooks.CreateWebhookAsync(new() { Webhook = new() { WebhookId = 1, Url = "http://10.0.0.1/", EventTypes = { WebhookEventType.WebhookTest }, Etag = "1", DisabledReason = "x" } }, Platform.Headers).ResponseAsync))
            .ShouldBe(["webhook.webhook_id", "webhook.disabled_reason", "webhook.etag", "webhook.url", "webhook.display_name", "webhook.event_types"]);
        (await MalformedAsync(() => CreateAsync(WebhookEventType.MessageSent, WebhookEventType.MessageSent))).ShouldBe(["webhook.event_types"]);
        (await MalformedAsync(() => Platform.Webhooks.UpdateWebhookAsync(new() { Webhook = new() { WebhookId = 1 }, UpdateMask = new() { Paths = { "secret" } } }, Platform.Headers).ResponseAsync)).ShouldBe(["update_mask"]);
        (await MalformedAsync(() => Platform.Webhooks.UpdateWebhookAsync(new(), Platform.Headers).ResponseAsync)).ShouldBe(["webhook", "update_mask"]);
        (await MalformedAsync(() => Platform.WebhookDeliveries.GetWebhookDeliveryAsync(new(), Platform.Headers).ResponseAsync)).ShouldBe(["webhook_id", "webhook_delivery_id"]);
        (await MalformedAsync(() => Platform.WebhookDeliveries.ListWebhookDeliveriesAsync(new() { WebhookId = 1, State = (WebhookDeliveryState)9 }, Platform.Headers).ResponseAsync)).ShouldBe(["state"]);
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => Platform.Webhooks.ListWebhooksAsync(new() { PageToken = "x" }, Platform.Headers).ResponseAsync);
        for (var i = 0; i < 20; i++)
        {
            await Platform.Webhooks.CreateWebhookAsync(Request(), Platform.OtherHeaders);
        }
        (await RefusedAsync(StatusCode.ResourceExhausted, "WEBHOOK_LIMIT", () => Platform.Webhooks.CreateWebhookAsync(Request(), Platform.OtherHeaders).ResponseAsync)).Metadata["limit"].ShouldBe("20");
    }

    [Fact]
    public void Without_a_key_to_keep_it_under_there_is_no_secret() =>
        Should.Throw<RefusalException>(() => new WebhookSecrets(new SecretKeys(new ConfigurationBuilder().Build())).Make(1, 1)).Refusal.Reason.Name.ShouldBe("WEBHOOK_SECRETS_NOT_CONFIGURED");
}
