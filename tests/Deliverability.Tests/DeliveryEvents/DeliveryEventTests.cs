using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.Classifications;
using ContactPlatform.Deliverability.DeliveryEvents;
using ContactPlatform.Deliverability.Tests.Mime;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.DeliveryEvents;

[Collection("platform")]
public sealed class DeliveryEventTests(PlatformFixture platform)
{
    private static int _keys;

    private static DeliveryEventInput Event(DeliveryEventKind kind, string address, DateTime? time = null, string diagnostic = "", string code = "", string key = "") => new()
    {
        EventKey = key.Length > 0 ? key : $"k{Interlocked.Increment(ref _keys)}",
        Kind = kind,
        Address = address,
        EventTime = time is { } at ? Timestamp.FromDateTime(at) : null,
        Diagnostic = diagnostic,
        EnhancedCode = code,
    };

    private async Task<List<DeliveryEvent>> ListAsync(ListDeliveryEventsRequest request)
    {
        var found = new List<DeliveryEvent>();
        do
        {
            var page = await platform.Events.ListDeliveryEventsAsync(request, platform.Headers);
            found.AddRange(page.DeliveryEvents);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return found;
    }

    [Theory]
    [InlineData(DeliveryEventKind.Failed, "5.1.1", DeliverabilityStatus.DoesNotExist)]
    [InlineData(DeliveryEventKind.Failed, "5.2.2", DeliverabilityStatus.MailboxFull)]
    [InlineData(DeliveryEventKind.Failed, "4.4.7", DeliverabilityStatus.Unavailable)]
    [InlineData(DeliveryEventKind.Failed, "5.7.1", DeliverabilityStatus.New)]
    [InlineData(DeliveryEventKind.Delayed, "4.2.2", DeliverabilityStatus.New)]
    [InlineData(DeliveryEventKind.Relayed, "", DeliverabilityStatus.New)]
    [InlineData(DeliveryEventKind.Expanded, "", DeliverabilityStatus.New)]
    [InlineData(DeliveryEventKind.Dropped, "", DeliverabilityStatus.New)]
    [InlineData(DeliveryEventKind.Sent, "", DeliverabilityStatus.New)]
    [InlineData(DeliveryEventKind.Delivered, "2.0.0", DeliverabilityStatus.Active)]
    [InlineData(DeliveryEventKind.Complained, "", DeliverabilityStatus.Complained)]
    [InlineData(DeliveryEventKind.Unsubscribed, "", DeliverabilityStatus.Unsubscribed)]
    public async Task An_event_shows_at_its_address_what_the_domain_says(DeliveryEventKind kind, string code, DeliverabilityStatus status)
    {
        var address = platform.NewAddress();
        var counts = await platform.IngestAsync("relay", [[Event(kind, address.ToUpperInvariant(), Now.AddMinutes(-1), code: code)]]);
        (counts.AcknowledgedCount, counts.StoredCount).ShouldBe((1, 1));
        (await platform.AddressAsync(address)).Status.ShouldBe(status);
    }

    [Fact]
    public async Task A_report_that_it_was_no_spam_corrects_a_complaint_and_a_delivery_ends_a_full_mailbox()
    {
        var (a, b, then) = (platform.NewAddress(), platform.NewAddress(), Now.AddHours(-1));
        await platform.IngestAsync("relay", [[
            Event(DeliveryEventKind.NotSpam, a, then.AddMinutes(1)), Event(DeliveryEventKind.Complained, a, then),
            Event(DeliveryEventKind.Delivered, b, then.AddMinutes(1)), Event(DeliveryEventKind.Failed, b, then, "552 5.2.2 full")]]);
        (await platform.AddressAsync(a)).Status.ShouldBe(DeliverabilityStatus.New);
        (await platform.AddressAsync(b)).Status.ShouldBe(DeliverabilityStatus.Active);
    }

    [Fact]
    public async Task What_is_kept_of_an_event_is_listed_by_address_contact_and_message_and_is_the_evidence_of_its_status()
    {
        var address = platform.NewAddress();
        var contact = await platform.KnownContactAsync(address);
        var (message, then) = (900_000L + contact, new DateTime(2020, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        await platform.IngestAsync("relay", [[
            new() { EventKey = "first", Kind = DeliveryEventKind.Sent, Address = address, MessageId = message, MessageReference = "<r1@x>", EventTime = Timestamp.FromDateTime(then) },
            new() { EventKey = "second", Kind = DeliveryEventKind.Failed, MessageId = message, Diagnostic = "550 5.1.1\tno such user", EnhancedCode = "5.0.0", RemoteHost = "mx.example.com", EventTime = Timestamp.FromDateTime(then) }],
            [new() { EventKey = "third", Kind = DeliveryEventKind.Failed, MessageReference = "r1@x", Diagnostic = "nobody knows", EventTime = Timestamp.FromDateTime(then) }]]);

        var all = await ListAsync(new() { Address = address, PageSize = 1 });
        // One that names only a message finds it in the same batch where that was there before, else later.
        all.Select(e => e.EventKey).ShouldBe(["third", "first"]);
        (await platform.IngestAsync("relay", [[new() { EventKey = "second", Kind = DeliveryEventKind.Failed, MessageId = message, Diagnostic = "550 5.1.1\tno such user", EnhancedCode = "5.0.0", RemoteHost = "mx.example.com", EventTime = Timestamp.FromDateTime(then) }]])).StoredCount.ShouldBe(1);
        all = await ListAsync(new() { ContactId = contact });
        (await ListAsync(new() { MessageId = message })).Select(e => e.EventKey).ShouldBe(["second", "first"]);
        var second = all[0];
        (second.Address, second.Diagnostic, second.EnhancedCode, second.RemoteHost, second.Source).ShouldBe((address, "550 5.1.1 no such user", "5.0.0", "mx.example.com", "relay"));
        (second.FailureClass, second.RuleId, second.RuleVersion, second.EventTime.ToDateTime()).ShouldBe((FailureClass.DoesNotExist, "code.5.1.1", Classifier.Version, then));
        (all[1].FailureClass, all[1].RuleId, all[2].RuleVersion, all[2].MessageReference).ShouldBe((FailureClass.Unavailable, "else", 0, "r1@x"));

        var evidence = (await platform.Sendability.ExplainSendabilityAsync(new() { Address = address }, platform.Headers)).Blocks.Single().Evidence.Single();
        (evidence.Source, evidence.SourceId, evidence.Detail).ShouldBe((EvidenceSource.DeliveryEvent, second.DeliveryEventId, "550 5.1.1 no such user"));
        (await platform.Events.ListDeliveryEventsAsync(new() { Address = address }, platform.OtherHeaders)).DeliveryEvents.ShouldBeEmpty();
        (await platform.Events.ListDeliveryEventsAsync(new() { MessageId = message }, platform.OtherHeaders)).DeliveryEvents.ShouldBeEmpty();
        await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", () => platform.Events.ListDeliveryEventsAsync(new() { ContactId = contact }, platform.OtherHeaders).ResponseAsync);
        (await MalformedAsync(() => platform.Events.ListDeliveryEventsAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["subject"]);
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => platform.Events.ListDeliveryEventsAsync(new() { MessageId = 1, PageToken = "x" }, platform.Headers).ResponseAsync);
    }

    [Fact]
    public async Task A_stream_is_sent_again_without_doing_anything_again_and_what_cannot_be_taken_is_told()
    {
        var address = platform.NewAddress();
        DeliveryEventInput[] good = [.. Enumerable.Range(0, 30).Select(i => Event(DeliveryEventKind.Delivered, address, Now.AddMinutes(-i)))];
        var first = await platform.IngestAsync("again", good[..10], [.. good[..20]]);
        (first.AcknowledgedCount, first.StoredCount, first.DuplicateCount, first.RefusedCount).ShouldBe((30, 20, 10, 0));
        DeliveryEventInput[] bad =
        [
            Event(DeliveryEventKind.Unspecified, address), Event(DeliveryEventKind.Sent, "nobody"), Event(DeliveryEventKind.Sent, ""), Event(DeliveryEventKind.Sent, address, Now.AddHours(1)),
            Event(DeliveryEventKind.Sent, address, new(1980, 1, 1, 0, 0, 0, DateTimeKind.Utc)), Event(DeliveryEventKind.Failed, address, code: "2.0.0"), Event(DeliveryEventKind.Failed, address, code: "55"),
            Event(DeliveryEventKind.Failed, address, diagnostic: new('x', 2001)), new() { Kind = DeliveryEventKind.Sent, Address = address }, new() { EventKey = "m", Kind = DeliveryEventKind.Sent, MessageId = -1 },
            new() { EventKey = "u", Kind = DeliveryEventKind.Sent, MessageId = 123_456_789 }, Event(DeliveryEventKind.Sent, address, key: "a\nb"),
            new() { EventKey = "t", Kind = DeliveryEventKind.Sent, Address = address, EventTime = new() { Seconds = long.MaxValue } },
            new() { EventKey = "h", Kind = DeliveryEventKind.Sent, Address = address, RemoteHost = new('x', 256) }, new() { EventKey = "r", Kind = DeliveryEventKind.Sent, Address = address, MessageReference = new('x', 251) },
        ];
        var again = await platform.IngestAsync("again", [good, bad, .. Enumerable.Repeat(bad, 6)]);
        (again.AcknowledgedCount, again.StoredCount, again.DuplicateCount, again.RefusedCount).ShouldBe((30 + 7 * bad.Length, 10, 20, 7 * bad.Length));
        again.Refusals.Count.ShouldBe(100);
        again.Refusals.Select(r => r.Number).ShouldBe(Enumerable.Range(31, 100).Select(i => (long)i));
        again.Refusals.Take(bad.Length).Select(r => r.Problem.Split(' ')[0]).ShouldBe(
            ["kind", "address", "address", "event_time", "event_time", "enhanced_code", "enhanced_code", "diagnostic", "event_key", "message_id", "address", "event_key", "event_time", "remote_host", "message_reference"]);
        // The same keys of another source are other events.
        (await platform.IngestAsync("another", [good])).StoredCount.ShouldBe(30);
    }

    [Fact]
    public async Task A_cut_stream_says_how_far_it_came()
    {
        var address = platform.NewAddress();
        using var call = platform.Events.IngestEvents(platform.Headers);
        await call.RequestStream.WriteAsync(new() { Source = "cut", Events = { Event(DeliveryEventKind.Sent, address), Event(DeliveryEventKind.Delivered, address) } });
        await call.RequestStream.WriteAsync(new() { Source = "" });
        var error = await Should.ThrowAsync<RpcException>(() => call.ResponseAsync);
        error.Reason().ShouldBe("INVALID_FIELD");
        (error.Trailers.GetValue(EventStream.AcknowledgedTrailer) ?? call.GetTrailers().GetValue(EventStream.AcknowledgedTrailer)).ShouldBe("2");
        (await platform.AddressAsync(address)).Status.ShouldBe(DeliverabilityStatus.Active);

        (await MalformedAsync(() => platform.IngestAsync("a:b", [[Event(DeliveryEventKind.Sent, address)]]))).ShouldBe(["source"]);
        await RefusedAsync(StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", () => platform.IngestAsync("many", [[.. Enumerable.Repeat(new DeliveryEventInput(), EventLimits.Batch + 1)]]));
    }

    [Fact]
    public async Task A_notification_and_feedback_handed_in_are_events_once()
    {
        var (bob, carol) = (platform.NewAddress(), platform.NewAddress());
        var dsn = Mails.Dsn(Mails.Failed.Replace("bob@example.com", bob, StringComparison.Ordinal) + $"\n\nFinal-Recipient: rfc822;{carol}\nAction: delayed\nStatus: 4.2.2\n\nFinal-Recipient: rfc822;nonsense\nAction: delivered", original: "To: x@example.com");
        var counts = await HandInAsync(dsn);
        (counts.StoredCount, counts.DuplicateCount, counts.IgnoredCount).ShouldBe((2, 0, 1));
        (await HandInAsync("Received: by another way\n" + dsn)).DuplicateCount.ShouldBe(2);
        (await platform.AddressAsync(bob)).Status.ShouldBe(DeliverabilityStatus.DoesNotExist);
        (await platform.AddressAsync(carol)).Status.ShouldBe(DeliverabilityStatus.New);
        var stored = (await ListAsync(new() { Address = bob })).Single();
        (stored.Diagnostic, stored.RuleId, stored.EventTime.ToDateTime().Year).ShouldBe(("smtp; 550 5.1.1 <bob.new@example.net>:  no such user", "code.5.1.1", 2024));

        // Feedback that names nobody is found by the message that it is about.
        await platform.IngestAsync("relay", [[new() { EventKey = $"s{carol}", Kind = DeliveryEventKind.Sent, Address = carol, MessageReference = $"<{carol}>" }]]);
        (await HandInAsync(Mails.Arf("Feedback-Type: abuse", $"Message-ID: <{carol}>", id: $"<f{carol}>"))).StoredCount.ShouldBe(1);
        (await platform.AddressAsync(carol)).Status.ShouldBe(DeliverabilityStatus.Complained);
        (await HandInAsync(Mails.Arf("Feedback-Type: not-spam", $"Message-ID: <{carol}>", id: $"<g{carol}>").Replace("21 Nov 2024", "22 Nov 2024", StringComparison.Ordinal))).StoredCount.ShouldBe(1);
        (await platform.AddressAsync(carol)).Status.ShouldBe(DeliverabilityStatus.New);
        (await HandInAsync(Mails.Arf("Feedback-Type: virus"))).IgnoredCount.ShouldBe(1);
        (await HandInAsync(Mails.Arf("Feedback-Type: abuse", "Message-ID: <unknown@x>", id: "<h@x>"))).IgnoredCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_mail_that_is_no_report_or_too_large_is_refused()
    {
        var refusal = await RefusedAsync(StatusCode.InvalidArgument, "MAIL_REPORT_INVALID", () => HandInAsync("Subject: hello\n\nBob"));
        refusal.Metadata["field"].ShouldBe("content");
        await RefusedAsync(StatusCode.InvalidArgument, "MAIL_REPORT_INVALID", () => HandInAsync(Mails.Dsn("Action: failed")));
        await RefusedAsync(StatusCode.InvalidArgument, "MAIL_REPORT_INVALID", () => HandInAsync("Subject: " + new string('x', 100_000)));
        (await MalformedAsync(() => HandInAsync(""))).ShouldBe(["content"]);
        (await MalformedAsync(() => HandInAsync(new string('x', (1 << 20) + 1)))).ShouldBe(["content"]);
    }

    [Fact]
    public async Task Of_an_erased_person_nothing_that_was_said_stays_and_what_comes_later_neither()
    {
        var address = platform.NewAddress();
        var contact = await platform.KnownContactAsync(address);
        await platform.IngestAsync("relay", [[Event(DeliveryEventKind.Failed, address, Now, $"550 5.1.1 {address} unknown"), Event(DeliveryEventKind.Opened, address, Now)]]);
        var erasures = new ContactErasureService.ContactErasureServiceClient(platform.Contacts.Service.Channel);
        await erasures.EraseContactAsync(new() { ContactId = contact }, platform.Headers);
        await UntilAsync(() => platform.Stores.AskAsync(ContactsHost.Account, async db => !await db.Addresses.AnyAsync(a => a.Address == address)));

        await platform.IngestAsync("relay", [[Event(DeliveryEventKind.Failed, address, Now, $"550 {address} unknown"), Event(DeliveryEventKind.Clicked, address, Now)]]);
        var events = await ListAsync(new() { Address = address });
        events.Select(e => e.Kind).ShouldBe([DeliveryEventKind.Clicked, DeliveryEventKind.Failed, DeliveryEventKind.Failed], ignoreOrder: true);
        events.ShouldAllBe(e => e.Address == "" && e.Diagnostic == "" && e.EventKey == "");
        var known = await platform.AddressAsync(address);
        known.Status.ShouldBe(DeliverabilityStatus.DoesNotExist);
        known.Facts.ShouldNotContain(f => f.Kind == FactKind.Clicked || f.Kind == FactKind.Opened);
    }

    private async Task<IngestMailReportResponse> HandInAsync(string mail) =>
        await platform.Events.IngestMailReportAsync(new() { Source = "mx", Content = ByteString.CopyFrom(Mails.Bytes(mail)) }, platform.Headers);
}
