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

    [Fact]
    public async Task A_complaint_about_a_message_that_was_forwarded_is_of_whom_it_was_sent_to()
    {
        var (email, elsewhere) = (platform.NewAddress(), platform.NewAddress());
        var (_, messages) = await caller.SendAsync(MailCaller.Request(email));
        var report = Mails.Bytes(Mails.Arf($"Feedback-Type: abuse\nOriginal-Rcpt-To: {elsewhere}", $"Message-ID: {caller.Mails(email).Single().Header("Message-ID")}\nTo: redacted@forwarded.example", id: $"<f{email}>"));
        (await platform.Events.IngestMailReportAsync(new() { Source = "fbl", Content = ByteString.CopyFrom(report) }, platform.Headers)).StoredCount.ShouldBe(1);
        (await caller.MessageAsync(messages[0].MessageId)).RecipientStatus.ShouldBe(RecipientStatus.Complained);
        (await platform.AddressAsync(email)).Status.ShouldBe(DeliverabilityStatus.Complained);
        (await platform.AddressAsync(elsewhere)).Status.ShouldBe(DeliverabilityStatus.New);
    }

    [Fact]
    public async Task What_is_told_of_a_message_shows_on_it_in_whatever_order_it_is_told()
    {
        var sent = (await caller.SendAsync(MailCaller.Request([.. Enumerable.Range(0, 8).Select(_ => platform.NewAddress())]))).Messages;
        var stories = new (DeliveryEventKind[] Kinds, RecipientStatus Status)[]
        {
            ([DeliveryEventKind.Delivered, DeliveryEventKind.Failed], RecipientStatus.Bounced),
            ([DeliveryEventKind.Failed, DeliveryEventKind.Opened, DeliveryEventKind.Delivered], RecipientStatus.Opened),
            ([DeliveryEventKind.Clicked, DeliveryEventKind.Complained, DeliveryEventKind.Delayed], RecipientStatus.Complained),
            ([DeliveryEventKind.Complained, DeliveryEventKind.NotSpam, DeliveryEventKind.Delivered], RecipientStatus.Delivered),
        };
        foreach (var (i, (kinds, status)) in stories.Index())
        {
            // Each story forwards to one message, and backwards to another, one event at a time.
            foreach (var (message, order) in new[] { (sent[2 * i], Enumerable.Range(0, kinds.Length)), (sent[(2 * i) + 1], Enumerable.Range(0, kinds.Length).Reverse()) })
            {
                await platform.IngestAsync("order", order.Select(k => (IReadOnlyCollection<DeliveryEventInput>)
                [
                    new() { EventKey = $"{message.MessageId} {k}", Kind = kinds[k], MessageId = message.MessageId, EventTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTime(PlatformFixture.Now.AddMinutes(k - 10)) },
                ]));
            }
        }
        var shown = await caller.MessagesAsync(sent[0].TransmissionId);
        shown.Select(m => m.RecipientStatus).ShouldBe(stories.SelectMany(s => new[] { s.Status, s.Status }));
        shown.ShouldAllBe(m => m.State == MessageState.Sent);
        (shown[0].BounceTime is not null, shown[4].ComplainTime is not null).ShouldBe((true, true));
        foreach (var status in stories.Select(s => s.Status).Append(RecipientStatus.Clicked))
        {
            var page = await platform.Messages.ListMessagesAsync(new() { TransmissionId = sent[0].TransmissionId, RecipientStatus = status }, platform.Headers);
            page.Messages.ShouldBe(shown.Where(m => m.RecipientStatus == status));
        }
        (await MalformedAsync(async () => await platform.Messages.ListMessagesAsync(new() { TransmissionId = sent[0].TransmissionId, RecipientStatus = (RecipientStatus)99 }, platform.Headers))).ShouldBe(["recipient_status"]);
        var transmission = (await platform.Transmissions.GetTransmissionAsync(new() { TransmissionId = sent[0].TransmissionId }, platform.Headers)).Transmission;
        (transmission.BouncedCount, transmission.ComplainedCount, transmission.ClickedCount, transmission.DeliveredCount).ShouldBe((4, 2, 2, 6));
    }

    [Fact]
    public async Task A_report_that_names_nobody_is_about_the_message_whose_bounce_address_it_came_to()
    {
        var email = platform.NewAddress();
        var (_, messages) = await caller.SendAsync(MailCaller.Request(email));
        var report = Mails.Bytes(Mails.Dsn("Final-Recipient: x400; /c=de/s=nobody\nAction: failed\nStatus: 5.1.1", original: "Subject: News", id: $"<3{email}>"));
        (await platform.Events.IngestMailReportAsync(new() { Source = "mx", Content = ByteString.CopyFrom(report), EnvelopeRecipient = caller.Mails(email).Single().From }, platform.Headers)).StoredCount.ShouldBe(1);
        (await caller.MessageAsync(messages[0].MessageId)).RecipientStatus.ShouldBe(RecipientStatus.Bounced);
        (await platform.AddressAsync(email)).Status.ShouldBe(DeliverabilityStatus.DoesNotExist);
    }

    [Fact]
    public async Task What_fails_before_the_recipient_was_named_says_nothing_of_it()
    {
        var (unnamed, broken) = ($"unnamed.{platform.NewAddress()}", $"broken.{platform.NewAddress()}");
        List<Message> messages;
        using (caller.Server((step, to) => step == SinkStep.From ? new SinkAnswer("550 who are you") : null))
        {
            messages = (await caller.SendAsync(MailCaller.Request(unnamed))).Messages;
        }
        using (caller.Server((step, to) => step == SinkStep.Data ? new SinkAnswer(Drop: true) : null))
        {
            messages.AddRange((await caller.SendAsync(MailCaller.Request(broken))).Messages);
        }
        foreach (var message in messages)
        {
            (message.State, message.RecipientStatus).ShouldBe((MessageState.Failed, RecipientStatus.Bounced));
            var failed = (await EventsAsync(message.MessageId)).ShouldHaveSingleItem();
            (failed.Kind, failed.FailureClass, failed.RuleId, failed.RuleVersion).ShouldBe((DeliveryEventKind.Failed, FailureClass.SenderFault, "", 0));
            (await platform.AddressAsync(message.Email)).Status.ShouldBe(DeliverabilityStatus.New);
        }
    }

    private async Task<List<DeliveryEvent>> EventsAsync(long messageId) =>
        [.. (await platform.Events.ListDeliveryEventsAsync(new() { MessageId = messageId }, platform.Headers)).DeliveryEvents];
}
