using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.Tests.Transmissions;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.Webhooks;

/// <summary>What webhooks are told, with the services as processes and receivers on this machine.</summary>
[Collection("platform")]
public sealed class WebhookDeliveryTests(PlatformFixture platform) : WebhookCase(platform)
{
    [Fact]
    public async Task What_happens_on_every_axis_is_told_signed_and_in_each_contacts_order()
    {
        var stages = new Funnel.V1.StageService.StageServiceClient((await Platform.FunnelAsync()).Service.Channel);
        var (webhook, secret) = await CreateAsync();
        var email = Platform.NewAddress();
        var contact = await Platform.KnownContactAsync(email);
        await stages.SetStageAsync(new() { ContactId = contact, Stage = FunnelStage.Customer }, Platform.Headers);
        var mail = MailCaller.Request(new Recipient { ContactId = contact });
        mail.Transmission.Metadata.Add("funnel_stage", "customer");
        var (_, messages) = await new MailCaller(Platform).SendAsync(mail);
        await Platform.IngestAsync("relay", [[new() { EventKey = $"d{contact}", Kind = DeliveryEventKind.Delivered, MessageId = messages[0].MessageId, Address = email }]]);
        await stages.SetDefaultStageAsync(new() { Stage = FunnelStage.Engaged }, Platform.Headers);
        await stages.SetDefaultStageAsync(new() { Stage = FunnelStage.Aware }, Platform.Headers);
        await Platform.ContactService.SetRecordStateAsync(new() { ContactId = contact, RecordState = Contacts.V1.RecordState.Inactive }, Platform.Headers);
        List<ReceivedCall> Mine() => [.. Receiver.Calls.Where(c => c.Data.TryGetProperty("contact_id", out var id) && id.GetString() == $"{contact}")];
        await UntilAsync(() => Task.FromResult(Mine().Count >= 7 && Receiver.Calls.Count(c => c.Type == "funnel.default_stage_changed") >= 2));
        await UntilAsync(async () => (await DeliveriesAsync(webhook.WebhookId)).All(d => d.State == WebhookDeliveryState.Delivered));

        var (calls, mine) = (Receiver.Calls, Mine());
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
        (await Platform.WebhookDeliveries.GetWebhookDeliveryAsync(new() { WebhookId = webhook.WebhookId, WebhookDeliveryId = shown.WebhookDeliveryId }, Platform.Headers)).Body.ShouldBe(sent.Body);
        // Erased, nothing stays that may tell of the person.
        await new Contacts.V1.ContactErasureService.ContactErasureServiceClient(Platform.Contacts.Service.Channel).EraseContactAsync(new() { ContactId = contact }, Platform.Headers);
        await UntilAsync(() => Task.FromResult(Receiver.Calls.Any(c => c.Type == "contact.erased") && Receiver.Calls.Any(c => c.Type == "contact.deleted")));
        (await DeliveriesAsync(webhook.WebhookId)).Where(d => d.ContactId == contact).Select(d => d.EventType).Distinct()
            .ShouldBe([WebhookEventType.ContactDeleted, WebhookEventType.ContactErased, WebhookEventType.FunnelStageChanged, WebhookEventType.ContactRecordStateChanged, WebhookEventType.ContactCreated], ignoreOrder: true);
    }

    [Fact]
    public async Task A_webhook_is_told_what_it_wants_and_what_was_put_down_before_a_process_died()
    {
        var (webhook, secret) = await CreateAsync(WebhookEventType.MessageFailed);
        var (first, second) = (Platform.NewAddress(), Platform.NewAddress());
        var held = new TaskCompletionSource();
        Receiver.Answer = (_, _) => Receiver.Calls.Count == 1 ? held.Task : Task.CompletedTask;
        await Platform.IngestAsync("relay", [[
            new() { EventKey = $"w1{first}", Kind = DeliveryEventKind.Delayed, Address = first }, new() { EventKey = $"w2{first}", Kind = DeliveryEventKind.Failed, Address = first, Diagnostic = "550 5.1.1 none", EventTime = Timestamp.FromDateTime(Now.AddHours(-1)) },
            new() { EventKey = $"w3{first}", Kind = DeliveryEventKind.Failed, Address = first, Diagnostic = "later", EventTime = Timestamp.FromDateTime(Now) }]]);
        await ArrivedAsync(1);
        // In the middle of the first call.
        await Platform.Deliverability.Service.Process.KillAsync(CancellationToken.None);
        held.SetResult();
        await Platform.Deliverability.Service.StartAgainAsync(CancellationToken.None);
        await ArrivedAsync(3);
        await UntilAsync(async () => (await DeliveriesAsync(webhook.WebhookId, WebhookDeliveryState.Delivered)).Count == 2);
        var (calls, deliveries) = (Receiver.Calls, await DeliveriesAsync(webhook.WebhookId));
        calls.Select(c => c.Id).ShouldBe([deliveries[1].MessageId, deliveries[1].MessageId, deliveries[0].MessageId]);
        calls.ShouldAllBe(c => c.Type == "message.failed" && c.IsSignedBy(secret) && c.Body == calls[c.Id == calls[0].Id ? 0 : 2].Body);
        calls[0].Data.TryGetProperty("contact_id", out _).ShouldBeFalse();
        deliveries.Select(d => d.AttemptCount).ShouldBe([1, 2]);
        await Platform.IngestAsync("relay", [[new() { EventKey = $"w2{first}", Kind = DeliveryEventKind.Failed, Address = first }, new() { EventKey = $"w4{second}", Kind = DeliveryEventKind.Sent, Address = second }]]);
        (await DeliveriesAsync(webhook.WebhookId)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Dead_letters_and_times_are_replayed_and_a_receiver_that_is_gone_is_called_no_more()
    {
        var (webhook, _) = await CreateAsync(WebhookEventType.MessageSent);
        var id = webhook.WebhookId;
        Receiver.AnswerWith(500);
        var address = Platform.NewAddress();
        await Platform.IngestAsync("relay", [[new() { EventKey = $"r1{address}", Kind = DeliveryEventKind.Sent, Address = address }, new() { EventKey = $"r2{address}", Kind = DeliveryEventKind.Sent, Address = address }]]);
        await UntilAsync(async () => (await DeliveriesAsync(id, WebhookDeliveryState.Dead)).Count == 2);
        var dead = (await DeliveriesAsync(id))[^1];
        (dead.AttemptCount, dead.ResponseCode, dead.LastResult, dead.NextAttemptTime).ShouldBe((3, 500, WebhookAttemptResult.Refused, null));
        Receiver.AnswerWith(200);
        var before = Receiver.Calls.Count;
        before.ShouldBe(6);
        var replay = new ReplayWebhookDeliveriesRequest { WebhookId = id, DeadLetters = true, RequestId = $"replay {id}" };
        (await Platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(replay, Platform.Headers)).ReplayedCount.ShouldBe(2);
        (await Platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(replay, Platform.Headers)).ReplayedCount.ShouldBe(2);
        await UntilAsync(async () => (await DeliveriesAsync(id, WebhookDeliveryState.Delivered)).Count == 2);
        Receiver.Calls.Skip(before).Select(c => c.Id).ShouldBe(Receiver.Calls.Take(6).Select(c => c.Id).Distinct());
        (await Platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, DeadLetters = true }, Platform.Headers)).ReplayedCount.ShouldBe(0);
        (await Platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, WebhookDeliveryId = dead.WebhookDeliveryId }, Platform.Headers)).ReplayedCount.ShouldBe(1);
        await ArrivedAsync(9);
        await UntilAsync(async () => (await DeliveriesAsync(id, WebhookDeliveryState.Delivered)).Count == 2);
        Receiver.AnswerWith(410);
        (await Platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, Time = new() { FromTime = dead.CreateTime } }, Platform.Headers)).ReplayedCount.ShouldBe(2);
        await UntilAsync(async () => (await Platform.Webhooks.GetWebhookAsync(new() { WebhookId = id }, Platform.Headers)).Webhook.Disabled);
        var gone = (await Platform.Webhooks.GetWebhookAsync(new() { WebhookId = id }, Platform.Headers)).Webhook;
        gone.DisabledReason.ShouldContain("410");
        // The one of them waits.
        (await DeliveriesAsync(id)).Select(d => d.State).ShouldBe([WebhookDeliveryState.Waiting, WebhookDeliveryState.Dead]);
        await RefusedAsync(StatusCode.FailedPrecondition, "WEBHOOK_DISABLED", () => Platform.Webhooks.SendTestEventAsync(new() { WebhookId = id }, Platform.Headers).ResponseAsync);
        await Platform.IngestAsync("relay", [[new() { EventKey = $"r3{address}", Kind = DeliveryEventKind.Sent, Address = address }]]);
        (await DeliveriesAsync(id)).Count.ShouldBe(2);
        Receiver.AnswerWith(200);
        await Platform.Webhooks.UpdateWebhookAsync(new() { Webhook = new() { WebhookId = id }, UpdateMask = new() { Paths = { "disabled" } } }, Platform.Headers);
        await UntilAsync(async () => (await DeliveriesAsync(id, WebhookDeliveryState.Delivered)).Count == 1);
        (await MalformedAsync(() => Platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id }, Platform.Headers).ResponseAsync)).ShouldBe(["which"]);
        (await MalformedAsync(() => Platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, DeadLetters = false }, Platform.Headers).ResponseAsync)).ShouldBe(["dead_letters"]);
        (await MalformedAsync(() => Platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, Time = new() { ToTime = new() { Nanos = -1 } } }, Platform.Headers).ResponseAsync)).ShouldBe(["time.from_time", "time.to_time"]);
        (await MalformedAsync(() => Platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, Time = new() { FromTime = dead.CreateTime, ToTime = dead.CreateTime } }, Platform.Headers).ResponseAsync)).ShouldBe(["time"]);
        await RefusedAsync(StatusCode.NotFound, "WEBHOOK_DELIVERY_NOT_FOUND", () => Platform.WebhookDeliveries.ReplayWebhookDeliveriesAsync(new() { WebhookId = id, WebhookDeliveryId = 1L << 60 }, Platform.Headers).ResponseAsync);
    }
}
