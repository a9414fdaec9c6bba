using ContactPlatform.Deliverability.Tests.Mime;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.MailSink;
using Google.Protobuf;

namespace ContactPlatform.Deliverability.Tests.Transmissions;

/// <summary>What comes back of a message of ours finds it, by whatever name it comes.</summary>
[Collection("platform")]
public sealed class MessageEventTests(PlatformFixture platform)
{
    private readonly MailCaller caller = new(platform);

    [Fact]
    public async Task A_sent_message_is_an_event_that_carries_the_transmissions_metadata()
    {
        var email = platform.NewAddress();
        var request = MailCaller.Request(email);
        request.Transmission.Metadata.Add("segment_id", "s-7");
        var (_, messages) = await caller.SendAsync(request);

        var sent = (await EventsAsync(messages[0].MessageId)).ShouldHaveSingleItem();
        (sent.Kind, sent.Address, sent.Source, sent.Metadata["segment_id"]).ShouldBe((DeliveryEventKind.Sent, email, "deliverability:sending", "s-7"));
        sent.EventTime.ShouldBe(messages[0].SendTime);
    }

    [Fact]
    public async Task A_refused_message_is_classified()
    {
        var email = platform.NewAddress();
        using (caller.Server((step, _) => step == SinkStep.Recipient ? new SinkAnswer("550 5.1.1 no such user here") : null))
        {
            var (_, messages) = await caller.SendAsync(MailCaller.Request(email));
            var failed = (await EventsAsync(messages[0].MessageId)).ShouldHaveSingleItem();
            (failed.Kind, failed.FailureClass, failed.EnhancedCode).ShouldBe((DeliveryEventKind.Failed, FailureClass.DoesNotExist, "5.1.1"));
        }
        (await platform.Addresses.GetAddressAsync(new() { Address = email }, platform.Headers)).Address.Status.ShouldBe(DeliverabilityStatus.DoesNotExist);
    }

    [Fact]
    public async Task A_delivery_told_by_Message_ID_is_the_messages()
    {
        var email = platform.NewAddress();
        var (_, messages) = await caller.SendAsync(MailCaller.Request(email));
        var reference = caller.Mails(email).Single().Header("Message-ID");

        using var call = platform.Events.IngestEvents(platform.Headers);
        await call.RequestStream.WriteAsync(new() { Source = "relay", Events = { new DeliveryEventInput { EventKey = reference, Kind = DeliveryEventKind.Delivered, MessageReference = reference } } });
        await call.RequestStream.CompleteAsync();
        (await call).StoredCount.ShouldBe(1);

        var message = await caller.MessageAsync(messages[0].MessageId);
        (message.RecipientStatus, message.DeliverTime is not null).ShouldBe((RecipientStatus.Delivered, true));
        (await platform.Addresses.GetAddressAsync(new() { Address = email }, platform.Headers)).Address.Status.ShouldBe(DeliverabilityStatus.Active);
        // Another account's message is nobody's here.
        using var foreign = platform.Events.IngestEvents(platform.OtherHeaders);
        await foreign.RequestStream.WriteAsync(new() { Source = "relay", Events = { new DeliveryEventInput { EventKey = reference, Kind = DeliveryEventKind.Clicked, MessageReference = reference } } });
        await foreign.RequestStream.CompleteAsync();
        (await foreign).StoredCount.ShouldBe(0);
        (await caller.MessageAsync(messages[0].MessageId)).ShouldBe(message);
    }

    [Fact]
    public async Task A_report_to_the_bounce_address_is_about_its_message_even_from_where_it_was_forwarded_to()
    {
        var email = platform.NewAddress();
        var (_, messages) = await caller.SendAsync(MailCaller.Request(email));
        var report = Mails.Bytes(Mails.Dsn("Final-Recipient: rfc822; elsewhere@forwarded.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 mailbox full", id: $"<{email}>"));

        var reply = await platform.Events.IngestMailReportAsync(new() { Source = "mx", Content = ByteString.CopyFrom(report), EnvelopeRecipient = caller.Mails(email).Single().From }, platform.Headers);

        reply.StoredCount.ShouldBe(1);
        (await EventsAsync(messages[0].MessageId)).Select(e => (e.Kind, e.Address)).ShouldBe([(DeliveryEventKind.Failed, email), (DeliveryEventKind.Sent, email)]);
        (await platform.Addresses.GetAddressAsync(new() { Address = email }, platform.Headers)).Address.Status.ShouldBe(DeliverabilityStatus.MailboxFull);
        // A bounce address that somebody made up names nobody.
        (await platform.Events.IngestMailReportAsync(new() { Source = "mx", Content = ByteString.CopyFrom(Mails.Bytes(Mails.Dsn("Action: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; nobody", original: $"Message-ID: <unknown.{email}>\nSubject: News", id: $"<2{email}>"))), EnvelopeRecipient = "b.aaaaaaaaaaaaaaaaaaaaaaaa@bounce.example" }, platform.Headers))
            .StoredCount.ShouldBe(0);
    }

    private async Task<List<DeliveryEvent>> EventsAsync(long messageId) =>
        [.. (await platform.Events.ListDeliveryEventsAsync(new() { MessageId = messageId }, platform.Headers)).DeliveryEvents];
}
