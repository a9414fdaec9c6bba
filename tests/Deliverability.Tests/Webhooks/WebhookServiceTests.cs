using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.ProviderWebhooks;
using ContactPlatform.Deliverability.Tests.Transmissions;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.Webhooks;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.Webhooks;

/// <summary>Webhooks through the contract, with the services as processes and receivers on this machine.</summary>
[Collection("platform")]
public sealed class WebhookServiceTests(PlatformFixture platform) : IAsyncLifetime
{
    private WebhookReceiver receiver = null!;

    public async Task InitializeAsync() => receiver = await WebhookReceiver.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var headers in new[] { platform.Headers, platform.OtherHeaders })
        {
            foreach (var webhook in (await platform.Webhooks.ListWebhooksAsync(new() { PageSize = 1000 }, headers)).Webhooks)
            {
                await platform.Webhooks.DeleteWebhookAsync(new() { WebhookId = webhook.WebhookId }, headers);
            }
        }
        await receiver.DisposeAsync();
    }

    private CreateWebhookRequest Request(params WebhookEventType[] types) => new() { Webhook = new() { Url = receiver.Address + "hook", DisplayName = "mine", EventTypes = { types } } };

    private async Task<(Webhook Webhook, string Secret)> CreateAsync(params WebhookEventType[] types)
    {
        var made = await platform.Webhooks.CreateWebhookAsync(Request(types), platform.Headers);
        return (made.Webhook, made.Secret);
    }

    private async Task<List<WebhookDelivery>> DeliveriesAsync(long webhookId, WebhookDeliveryState state = WebhookDeliveryState.Unspecified) =>
        [.. (await platform.WebhookDeliveries.ListWebhookDeliveriesAsync(new() { WebhookId = webhookId, State = state }, platform.Headers)).WebhookDeliveries];

    private Task ArrivedAsync(int count) => UntilAsync(() => Task.FromResult(receiver.Calls.Count >= count));

    [Fact]
    public async Task What_happens_on_every_axis_is_told_signed_and_in_each_contacts_order()
    {
        var stages = new Funnel.V1.StageService.StageServiceClient((await platform.FunnelAsync()).Service.Channel);
        var (webhook, secret) = await CreateAsync();
        var email = platform.NewAddress();
        var contact = await platform.KnownContactAsync(email);
        await stages.SetStageAsync(new() { ContactId = contact, Stage = FunnelStage.Customer }, platform.Headers);
        var mail = MailCaller.Request(new Recipient { ContactId = contact });
        mail.Transmission.Metadata.Add("funnel_stage", "customer");
        var (_, messages) = await new MailCaller(platform).SendAsync(mail);
        await platform.IngestAsync("relay", [[new() { EventKey = $"d{contact}", Kind = DeliveryEventKind.Delivered, MessageId = messages[0].MessageId, Address = email }]]);
        await stages.SetDefaultStageAsync(new() { Stage = FunnelStage.Engaged }, platform.Headers);
        await stages.SetDefaultStageAsync(new() { Stage = FunnelStage.Aware }, platform.Headers);
        await platform.ContactService.SetRecordStateAsync(new() { ContactId = contact, RecordState = Contacts.V1.RecordState.Inactive }, platform.Headers);
        List<ReceivedCall> Mine() => [.. receiver.Calls.Where(c => c.Data.TryGetProperty("contact_id", out var id) && id.GetString() == $"{contact}")];
        await UntilAsync(() => Task.FromResult(Mine().Count >= 7 && receiver.Calls.Count(c => c.Type == "funnel.default_stage_changed") >= 2));
        await UntilAsync(async () => (await DeliveriesAsync(webhook.WebhookId)).All(d => d.State == WebhookDeliveryState.Delivered));

        var (calls, mine) = (receiver.Calls, Mine());
        calls.ShouldAllBe(c => c.IsSignedBy(secret) && c.Path == "/hook");
        calls.Select(c => c.Id).Distinct().Count().ShouldBe(calls.Count);
        mine.Select(c => c.Type).ShouldBe(["contact.created", "funnel.stage_changed", "message.sent", "message.delivered", "deliverability.status_changed", "contact.record_state_changed", "funnel.stage_changed"], ignoreOrder: true);
        // As they became known here: the delivery before what follows from it.
        var sent = mine.Single(c => c.Type == "message.sent");
        mine.Where(c => c.Type.StartsWith("message.", StringComparison.Ordinal) || c.Type.StartsWith("deliv", StringComparison.Ordinal)).Select(c => c.Type)
            .ShouldBe(["message.sent", "message.delivered", "deliverability.status_changed"]);
        var told = sent.Data.GetProperty("delivery_event");
        DateTimeOffset.Parse(sent.Timestamped, System.Globalization.CultureInfo.InvariantCulture).ShouldBe(messages[0].SendTime.ToDateTimeOffset());
        (told.GetProperty("address").GetString(), told.GetProperty("metadata").GetProperty("funnel_stage").GetString(), told.GetProperty("message_id").GetString()).ShouldBe((email, "customer", $"{messages[0].MessageId}"));
        var status = mine.Single(c => c.Type == "deliverability.status_changed").Data.GetProperty("status_change");
        (status.GetProperty("from_status").GetString(), status.GetProperty("status").GetString()).ShouldBe(("DELIVERABILITY_STATUS_NEW", "DELIVERABILITY_STATUS_ACTIVE"));
        var moves = mine.Where(c => c.Type == "funnel.stage_changed").Select(c => c.Data.GetProperty("stage_change")).ToList();
        (moves[0].GetProperty("to_stage").GetString(), moves[0].GetProperty("cause").GetString()).ShouldBe(("FUNNEL_STAGE_CUSTOMER", "API"));
        (moves[1].GetProperty("to_lost").GetBoolean(), moves[1].GetProperty("cause").GetString()).ShouldBe((true, "RECORD_INACTIVE"));
        mine.Single(c => c.Type == "contact.record_state_changed").Data.GetProperty("record_inactive").GetBoolean().ShouldBeTrue();
        calls.Count(c => c.Type == "funnel.default_stage_changed" && !c.Data.TryGetProperty("contact_id", out _)).ShouldBe(2);

        // The same events again are told to nobody; a webhook is told what it wants, and nothing of another account.
        var shown = (await DeliveriesAsync(webhook.WebhookId)).Single(d => d.MessageId == sent.Id);
        (shown.ContactId, shown.EventType, shown.AttemptCount, shown.ResponseCode).ShouldBe((contact, WebhookEventType.MessageSent, 1, 200));
        (await platform.WebhookDeliveries.GetWebhookDeliveryAsync(new() { WebhookId = webhook.WebhookId, WebhookDeliveryId = shown.WebhookDeliveryId }, platform.Headers)).Body.ShouldBe(sent.Body);
        // Erased, nothing stays that may tell of the person.
        await new Contacts.V1.ContactErasureService.ContactErasureServiceClient(platform.Contacts.Service.Channel).EraseContactAsync(new() { ContactId = contact }, platform.Headers);
        await UntilAsync(() => Task.FromResult(receiver.Calls.Any(c => c.Type == "contact.erased") && receiver.Calls.Any(c => c.Type == "contact.deleted")));
        (await DeliveriesAsync(webhook.WebhookId)).Where(d => d.ContactId == contact).Select(d => d.EventType).Distinct()
            .ShouldBe([WebhookEventType.ContactDeleted, WebhookEventType.ContactErased, WebhookEventType.FunnelStageChanged, WebhookEventType.ContactRecordStateChanged, WebhookEventType.ContactCreated], ignoreOrder: true);
    }

    [Fact]
    public async Task A_webhook_is_told_what_it_wants_and_what_was_put_down_before_a_process_died()
    {
        var (webhook, secret) = await CreateAsync(WebhookEventType.MessageFailed);
        var (first, second) = (platform.NewAddress(), platform.NewAddress());
        var held = new TaskCompletionSource();
        receiver.Answer = (_, _) => receiver.Calls.Count == 1 ? held.Task : Task.CompletedTask;
        await platform.IngestAsync("relay", [[
            new() { EventKey = $"w1{first}", Kind = DeliveryEventKind.Delayed, Address = first }, new() { EventKey = $"w2{first}", Kind = DeliveryEventKind.Failed, Address = first, Diagnostic = "550 5.1.1 none", EventTime = Timestamp.FromDateTime(Now.AddHours(-1)) },
            new() { EventKey = $"w3{first}", Kind = DeliveryEventKind.Failed, Address = first, Diagnostic = "later", EventTime = Timestamp.FromDateTime(Now) }]]);
        await ArrivedAsync(1);
        // In the middle of the first call.
        await platform.Deliverability.Service.Process.KillAsync(CancellationToken.None);
        held.SetResult();
        await platform.Deliverability.Service.StartAgainAsync(CancellationToken.None);
        await ArrivedAsync(3);
        await UntilAsync(async () => (await DeliveriesAsync(webhook.WebhookId, WebhookDeliveryState.Delivered)).Count == 2);
        var (calls, deliveries) = (receiver.Calls, await DeliveriesAsync(webhook.WebhookId));
        calls.Select(c => c.Id).ShouldBe([deliveries[1].MessageId, deliveries[1].MessageId, deliveries[0].MessageId]);
        calls.ShouldAllBe(c => c.Type == "message.failed" && c.IsSignedBy(secret) && c.Body == calls[c.Id == calls[0].Id ? 0 : 2].Body);
        calls[0].Data.TryGetProperty("contact_id", out _).ShouldBeFalse();
        deliveries.Select(d => d.AttemptCount).ShouldBe([1, 2]);
        await platform.IngestAsync("relay", [[new() { EventKey = $"w2{first}", Kind = DeliveryEventKind.Failed, Address = first }, new() { EventKey = $"w4{second}", Kind = DeliveryEventKind.Sent, Address = second }]]);
        (await DeliveriesAsync(webhook.WebhookId)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_exchanged_with_both_signing_for_a_while()
    {
        var request = Request(WebhookEventType.ContactMerged);
        request.RequestId = $"hook {receiver.Address.Port}";
        var made = await platform.Webhooks.CreateWebhookAsync(request, platform.Headers);
        var id = made.Webhook.WebhookId;
        Convert.FromBase64String(made.Secret["whsec_".Length..]).Length.ShouldBe(32);
        (await platform.Webhooks.CreateWebhookAsync(request, platform.Headers)).ShouldBe(made);
        await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => platform.Webhooks.CreateWebhookAsync(new(request) { Webhook = new(request.Webhook) { DisplayName = "other" } }, platform.Headers).ResponseAsync);
        // What a copy of the database tells.
        var stored = await platform.Stores.AskAsync(ContactsHost.Account, db => db.Webhooks.AsNoTracking().SingleAsync(w => w.WebhookId == id));
        stored.Secret.AsSpan().IndexOf(Convert.FromBase64String(made.Secret["whsec_".Length..])).ShouldBe(-1);

        var rotate = new RotateWebhookSecretRequest { WebhookId = id, OverlapHours = 2, RequestId = $"rotate {receiver.Address.Port}" };
        var rotated = await platform.Webhooks.RotateWebhookSecretAsync(rotate, platform.Headers);
        rotated.Secret.ShouldNotBe(made.Secret);
        (rotated.Webhook.OverlapEndTime.ToDateTime() - rotated.Webhook.UpdateTime.ToDateTime()).ShouldBe(TimeSpan.FromHours(2));
        (await platform.Webhooks.RotateWebhookSecretAsync(rotate, platform.Headers)).ShouldBe(rotated);
        // The first answer is not told again.
        (await platform.Webhooks.CreateWebhookAsync(request, platform.Headers)).Secret.ShouldBe("");
        await platform.Webhooks.SendTestEventAsync(new() { WebhookId = id }, platform.Headers);
        await ArrivedAsync(1);
        (receiver.Calls[0].Type, receiver.Calls[0].Signature.Split(' ').Length).ShouldBe(("webhook.test", 2));
        (receiver.Calls[0].IsSignedBy(made.Secret), receiver.Calls[0].IsSignedBy(rotated.Secret)).ShouldBe((true, true));
        // The overlap is over.
        await platform.Stores.AskAsync(ContactsHost.Account, db => db.Webhooks.ExecuteUpdateAsync(set => set.SetProperty(w => w.OverlapEndTime, Now)));
        await platform.Webhooks.SendTestEventAsync(new() { WebhookId = id }, platform.Headers);
        await ArrivedAsync(2);
        (receiver.Calls[1].IsSignedBy(made.Secret), receiver.Calls[1].IsSignedBy(rotated.Secret)).ShouldBe((false, true));
        (await MalformedAsync(() => platform.Webhooks.RotateWebhookSecretAsync(new() { OverlapHours = 169 }, platform.Headers).ResponseAsync)).ShouldBe(["webhook_id", "overlap_hours"]);
        platform.Deliverability.Service.Process.Output.ShouldNotContain("whsec_");
    }

    [Fact]
    public async Task Dead_letters_and_times_are_replayed_and_a_receiver_that_is_gone_is_called_no_more()
    {
        var (webhook, _) = await CreateAsync(WebhookEventType.MessageSent);
        var id = webhook.WebhookId;
        receiver.AnswerWith(500);
        var address = platform.NewAddress();
        await platform.IngestAsync("relay", [[new() { EventKey = $"r1{address}", Kind = DeliveryEventKind.Sent, Address = address }, new() { EventKey = $"r2{address}", Kind = DeliveryEventKind.Sent, Address = address }]]);
        await UntilAsync(async () => (await DeliveriesAsync(id, WebhookDeliveryState.Dead)).Count == 2);
        var dead = (await DeliveriesAsync(id))[^1];
        (dead.AttemptCount, dead.ResponseCode, dead.LastResult, dead.NextAttemptTime).ShouldBe((3, 500, WebhookAttemptResult.Refused, null));
        receiver.AnswerWith(200);
        var before = receiver.Calls.Count;
        before.ShouldBe(6);
        var replay = new ReplayWebhookDeliveriesRequest { WebhookId = id, DeadLetters = true, RequestId = $"replay {id}" };
        (await platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(replay, platform.Headers)).ReplayedCount.ShouldBe(2);
        (await platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(replay, platform.Headers)).ReplayedCount.ShouldBe(2);
        await UntilAsync(async () => (await DeliveriesAsync(id, WebhookDeliveryState.Delivered)).Count == 2);
        receiver.Calls.Skip(before).Select(c => c.Id).ShouldBe(receiver.Calls.Take(6).Select(c => c.Id).Distinct());
        (await platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, DeadLetters = true }, platform.Headers)).ReplayedCount.ShouldBe(0);
        (await platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, WebhookDeliveryId = dead.WebhookDeliveryId }, platform.Headers)).ReplayedCount.ShouldBe(1);
        await ArrivedAsync(9);
        await UntilAsync(async () => (await DeliveriesAsync(id, WebhookDeliveryState.Delivered)).Count == 2);
        receiver.AnswerWith(410);
        (await platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, Time = new() { FromTime = dead.CreateTime } }, platform.Headers)).ReplayedCount.ShouldBe(2);
        await UntilAsync(async () => (await platform.Webhooks.GetWebhookAsync(new() { WebhookId = id }, platform.Headers)).Webhook.Disabled);
        var gone = (await platform.Webhooks.GetWebhookAsync(new() { WebhookId = id }, platform.Headers)).Webhook;
        gone.DisabledReason.ShouldContain("410");
        // The one of them waits.
        (await DeliveriesAsync(id)).Select(d => d.State).ShouldBe([WebhookDeliveryState.Waiting, WebhookDeliveryState.Dead]);
        await RefusedAsync(StatusCode.FailedPrecondition, "WEBHOOK_DISABLED", () => platform.Webhooks.SendTestEventAsync(new() { WebhookId = id }, platform.Headers).ResponseAsync);
        await platform.IngestAsync("relay", [[new() { EventKey = $"r3{address}", Kind = DeliveryEventKind.Sent, Address = address }]]);
        (await DeliveriesAsync(id)).Count.ShouldBe(2);
        receiver.AnswerWith(200);
        await platform.Webhooks.UpdateWebhookAsync(new() { Webhook = new() { WebhookId = id }, UpdateMask = new() { Paths = { "disabled" } } }, platform.Headers);
        await UntilAsync(async () => (await DeliveriesAsync(id, WebhookDeliveryState.Delivered)).Count == 1);
        (await MalformedAsync(() => platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id }, platform.Headers).ResponseAsync)).ShouldBe(["which"]);
        (await MalformedAsync(() => platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, DeadLetters = false }, platform.Headers).ResponseAsync)).ShouldBe(["dead_letters"]);
        (await MalformedAsync(() => platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, Time = new() { ToTime = new() { Nanos = -1 } } }, platform.Headers).ResponseAsync)).ShouldBe(["time.from_time", "time.to_time"]);
        (await MalformedAsync(() => platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, Time = new() { FromTime = dead.CreateTime, ToTime = dead.CreateTime } }, platform.Headers).ResponseAsync)).ShouldBe(["time"]);
        await RefusedAsync(StatusCode.NotFound, "WEBHOOK_DELIVERY_NOT_FOUND", () => platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, WebhookDeliveryId = 1L << 60 }, platform.Headers).ResponseAsync);
    }

    [Fact]
    public async Task A_webhook_is_read_changed_and_deleted_by_its_account_alone()
    {
        var (made, _) = await CreateAsync(WebhookEventType.ContactErased, WebhookEventType.MessageSent);
        var id = made.WebhookId;
        made.EventTypes.ShouldBe([WebhookEventType.MessageSent, WebhookEventType.ContactErased]);
        (await platform.Webhooks.GetWebhookAsync(new() { WebhookId = id }, platform.Headers)).Webhook.ShouldBe(made);
        (await platform.Webhooks.ListWebhooksAsync(new() { PageSize = 1 }, platform.Headers)).Webhooks.ShouldHaveSingleItem();
        var update = new UpdateWebhookRequest { Webhook = new(made) { DisplayName = "renamed", Url = "https://example.org/x" }, UpdateMask = new() { Paths = { "display_name" } } };
        var changed = (await platform.Webhooks.UpdateWebhookAsync(update, platform.Headers)).Webhook;
        (changed.DisplayName, changed.Url, changed.Etag).ShouldBe(("renamed", made.Url, "2"));
        (await platform.Webhooks.UpdateWebhookAsync(new(update) { Webhook = new(changed) }, platform.Headers)).Webhook.ShouldBe(changed);
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", () => platform.Webhooks.UpdateWebhookAsync(update, platform.Headers).ResponseAsync);
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", () => platform.Webhooks.DeleteWebhookAsync(new() { WebhookId = id, Etag = made.Etag }, platform.Headers).ResponseAsync);
        var test = (await platform.Webhooks.SendTestEventAsync(new() { WebhookId = id }, platform.Headers)).WebhookDeliveryId;

        foreach (var call in (Func<Task>[])
            [
                () => platform.Webhooks.GetWebhookAsync(new() { WebhookId = id }, platform.OtherHeaders).ResponseAsync,
                () => platform.Webhooks.UpdateWebhookAsync(new(update) { Webhook = new(changed) }, platform.OtherHeaders).ResponseAsync,
                () => platform.Webhooks.DeleteWebhookAsync(new() { WebhookId = id }, platform.OtherHeaders).ResponseAsync,
                () => platform.Webhooks.RotateWebhookSecretAsync(new() { WebhookId = id }, platform.OtherHeaders).ResponseAsync,
                () => platform.Webhooks.SendTestEventAsync(new() { WebhookId = id }, platform.OtherHeaders).ResponseAsync,
                () => platform.WebhookDeliveries.ListWebhookDeliveriesAsync(new() { WebhookId = id }, platform.OtherHeaders).ResponseAsync,
                () => platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, DeadLetters = true }, platform.OtherHeaders).ResponseAsync,
            ])
        {
            await RefusedAsync(StatusCode.NotFound, "WEBHOOK_NOT_FOUND", call);
        }
        await RefusedAsync(StatusCode.NotFound, "WEBHOOK_DELIVERY_NOT_FOUND", () => platform.WebhookDeliveries.GetWebhookDeliveryAsync(new() { WebhookId = id, WebhookDeliveryId = test }, platform.OtherHeaders).ResponseAsync);
        (await platform.Webhooks.ListWebhooksAsync(new(), platform.OtherHeaders)).Webhooks.ShouldBeEmpty();
        await platform.Webhooks.DeleteWebhookAsync(new() { WebhookId = id, Etag = changed.Etag }, platform.Headers);
        await RefusedAsync(StatusCode.NotFound, "WEBHOOK_NOT_FOUND", () => platform.Webhooks.GetWebhookAsync(new() { WebhookId = id }, platform.Headers).ResponseAsync);

        (await MalformedAsync(() => platform.Webhooks.CreateWebhookAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["webhook"]);
        (await MalformedAsync(() => platform.Webhooks.CreateWebhookAsync(new() { Webhook = new() { WebhookId = 1, Url = "http://10.0.0.1/", EventTypes = { WebhookEventType.WebhookTest }, Etag = "1", DisabledReason = "x" } }, platform.Headers).ResponseAsync))
            .ShouldBe(["webhook.webhook_id", "webhook.disabled_reason", "webhook.etag", "webhook.url", "webhook.display_name", "webhook.event_types"]);
        (await MalformedAsync(() => CreateAsync(WebhookEventType.MessageSent, WebhookEventType.MessageSent))).ShouldBe(["webhook.event_types"]);
        (await MalformedAsync(() => platform.Webhooks.UpdateWebhookAsync(new() { Webhook = new() { WebhookId = 1 }, UpdateMask = new() { Paths = { "secret" } } }, platform.Headers).ResponseAsync)).ShouldBe(["update_mask"]);
        (await MalformedAsync(() => platform.Webhooks.UpdateWebhookAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["webhook", "update_mask"]);
        (await MalformedAsync(() => platform.WebhookDeliveries.GetWebhookDeliveryAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["webhook_id", "webhook_delivery_id"]);
        (await MalformedAsync(() => platform.WebhookDeliveries.ListWebhookDeliveriesAsync(new() { WebhookId = 1, State = (WebhookDeliveryState)9 }, platform.Headers).ResponseAsync)).ShouldBe(["state"]);
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => platform.Webhooks.ListWebhooksAsync(new() { PageToken = "x" }, platform.Headers).ResponseAsync);
        for (var i = 0; i < 20; i++)
        {
            await platform.Webhooks.CreateWebhookAsync(Request(), platform.OtherHeaders);
        }
        (await RefusedAsync(StatusCode.ResourceExhausted, "WEBHOOK_LIMIT", () => platform.Webhooks.CreateWebhookAsync(Request(), platform.OtherHeaders).ResponseAsync)).Metadata["limit"].ShouldBe("20");
    }

    [Fact]
    public void Without_a_key_to_keep_it_under_there_is_no_secret() =>
        Should.Throw<RefusalException>(() => new WebhookSecrets(new SecretKeys(new ConfigurationBuilder().Build())).Make(1, 1)).Refusal.Reason.Name.ShouldBe("WEBHOOK_SECRETS_NOT_CONFIGURED");
}
