using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.Tokens;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.MailSink;
using ContactPlatform.Testing;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;
using static ContactPlatform.Deliverability.Tests.Transmissions.MailCaller;

namespace ContactPlatform.Deliverability.Tests.Transmissions;

[Collection("platform")]
public sealed class TransmissionServiceTests(PlatformFixture platform)
{
    private readonly MailCaller caller = new(platform);

    [Fact]
    public async Task A_contact_and_an_address_get_their_own_mails_once()
    {
        var (contactEmail, email) = (platform.NewAddress(), platform.NewAddress());
        var contact = (await platform.ContactService.CreateContactAsync(new() { Contact = new() { Email = contactEmail, GivenName = "Zoë", FamilyName = "Li" } }, platform.Headers)).Contact.ContactId;
        var request = Request(new Recipient { ContactId = contact }, new Recipient { Email = email, DisplayName = "Ben", Variables = { ["given_name"] = "<Ben>" } });
        request.Transmission = new() { FromEmail = "Shop@Example.org", FromName = "The Shop", ReplyToEmail = "answers@example.org", Metadata = { ["segment_id"] = "7", ["funnel_stage"] = "AWARE" } };
        request.Content = new()
        {
            Subject = "Hi {{given_name}}", Text = "{{given_name}}: {{code}}, {{unsubscribe_url}}", Html = "<p>{{given_name}}</p><a href=\"https://a.example/?c={{code}}\">go</a>",
            Attachments = { new Attachment { FileName = "a.txt", ContentType = "text/csv", Content = ByteString.CopyFromUtf8("1,2") } },
        };
        request.Variables["code"] = "x y";
        var (transmission, messages) = await caller.SendAsync(request);

        (transmission.FromEmail, transmission.Subject, transmission.TotalCount, transmission.Actor.DisplayName).ShouldBe(("shop@example.org", "Hi {{given_name}}", 2, "bootstrap"));
        transmission.StateCounts.ShouldBe([new MessageStateCount { State = MessageState.Sent, Count = 2 }]);
        var mail = caller.Mails(contactEmail).ShouldHaveSingleItem();
        (mail.Subject, mail.Header("From"), mail.Header("Reply-To"), MimeTo(mail)).ShouldBe(("Hi Zoë", "\"The Shop\" <shop@example.org>", "answers@example.org", contactEmail));
        mail.Body("text/plain").ShouldStartWith("Zoë: x y, https://mail.example/t/u/");
        // Nothing is tracked unless it was asked for.
        mail.Body("text/html")!.Trim().ShouldBe("<p>Zo&#235;</p><a href=\"https://a.example/?c=x%20y\">go</a>");
        mail.Body("text/csv").ShouldBe("1,2");
        mail.Header("List-Unsubscribe").ShouldStartWith("<https://mail.example/t/u/");
        caller.Mails(email).ShouldHaveSingleItem().Body("text/html")!.ShouldStartWith("<p>&lt;Ben&gt;</p>");

        var message = messages.Single(m => m.ContactId == contact);
        (message.Email, message.State, message.AttemptCount, message.SmtpCode, message.EnhancedCode).ShouldBe((contactEmail, MessageState.Sent, 1, 250, "2.0.0"));
        message.Metadata.ShouldBe(new Dictionary<string, string> { ["funnel_stage"] = "AWARE", ["segment_id"] = "7" }, ignoreOrder: true);
        (await caller.MessageAsync(message.MessageId)).ShouldBe(message);
        // What comes back names the message.
        var names = Names();
        names.ReadBounceAddress(mail.From).ShouldBe(new(ContactsHost.Account, message.MessageId));
        names.ReadMessageId(mail.Header("Message-ID")).ShouldBe(new(ContactsHost.Account, message.MessageId));
        // The address knows that something was sent to it.
        var address = (await platform.Addresses.GetAddressAsync(new() { Address = contactEmail }, platform.Headers)).Address;
        address.Facts.Single(f => f.Kind == FactKind.Sent).FactTime.ShouldBe(message.SendTime);

        var again = await platform.Transmissions.GetTransmissionAsync(new() { TransmissionId = transmission.TransmissionId }, platform.Headers);
        (again.Transmission, again.Content).ShouldBe((transmission, request.Content));
        (await platform.Transmissions.ListTransmissionsAsync(new() { PageSize = 1 }, platform.Headers)).Transmissions.ShouldBe([transmission]);
        (await caller.MessagesAsync(transmission.TransmissionId, MessageState.Failed)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_repeated_request_sends_nothing_again()
    {
        var email = platform.NewAddress();
        var request = Request(email);
        (request.Variables["a"], request.Variables["b"]) = ("1", "2");
        var again = new CreateTransmissionRequest(request);
        again.Variables.Clear();
        (again.Variables["b"], again.Variables["a"]) = ("2", "1");
        var first = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => caller.QueueAsync(i % 2 == 0 ? request : again)));
        first.Select(t => t.TransmissionId).Distinct().ShouldHaveSingleItem();
        await UntilAsync(async () => (await caller.MessagesAsync(first[0].TransmissionId)).Single().State == MessageState.Sent);
        caller.Mails(email).Count.ShouldBe(1);
        request.Content.Text = "Another.";
        (await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => caller.QueueAsync(request))).Metadata["existing_id"].ShouldBe($"{first[0].TransmissionId}");
    }

    [Fact]
    public async Task What_cannot_be_sent_is_refused_as_a_whole()
    {
        var malformed = Request("not an address", "a@example.com", "A@example.com");
        malformed.Transmission = new() { FromEmail = "", FromName = "a\r\nBcc: b", TotalCount = 1, Metadata = { ["a b"] = "" } };
        malformed.Content = new() { Subject = "{{a", Html = "<a href=\"javascript:x\">", Attachments = { new Attachment { FileName = "", ContentType = "x" } } };
        malformed.Variables["unsubscribe_url"] = "x";
        malformed.RequestId = "";
        malformed.Recipients.Add(new Recipient());
        (await MalformedAsync(() => caller.QueueAsync(malformed))).ShouldBe(
            ["transmission", "transmission.from_email", "transmission.from_name", "transmission.metadata", "content.subject", "content.html", "content.attachments[0].file_name", "content.attachments[0].content_type",
                "recipients[0].email", "recipients[3]", "recipients[2]", "variables", "request_id"], ignoreOrder: true);
        await RefusedAsync(StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", () => caller.QueueAsync(Request([.. Enumerable.Range(0, 1001).Select(i => $"p{i}@example.com")])));

        await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", () => caller.QueueAsync(Request(new Recipient { ContactId = 999_999_999 })));
        var phone = (await platform.ContactService.CreateContactAsync(new() { Contact = new() { Phone = "+493012345678" } }, platform.Headers)).Contact.ContactId;
        await RefusedAsync(StatusCode.FailedPrecondition, "CONTACT_WITHOUT_EMAIL", () => caller.QueueAsync(Request(new Recipient { ContactId = phone })));
        var email = platform.NewAddress();
        var missing = Request(new Recipient { ContactId = await platform.CreateContactAsync(email) });
        missing.Content.Text = "{{family_name}}";
        (await RefusedAsync(StatusCode.FailedPrecondition, "VARIABLE_MISSING", () => caller.QueueAsync(missing))).Metadata["variable"].ShouldBe("family_name");
        // The contact of another account is nobody.
        await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", () => caller.QueueAsync(missing, platform.OtherHeaders));
        (await platform.Stores.AskAsync(ContactsHost.Account, db => db.Addresses.AnyAsync(a => a.Address == email && a.LastSentTime != null))).ShouldBeFalse();
    }

    [Fact]
    public async Task What_waits_can_be_cancelled_and_what_was_sent_cannot()
    {
        long id;
        List<Message> messages;
        using (caller.Server((step, _) => step == SinkStep.End ? new(Delay: TimeSpan.FromMilliseconds(60)) : null))
        {
            id = (await caller.QueueAsync(Request([.. Enumerable.Range(0, 400).Select(_ => platform.NewAddress())]))).TransmissionId;
            var waiting = (await caller.MessagesAsync(id, MessageState.Queued))[^1];
            var cancelled = (await platform.Messages.CancelMessageAsync(new() { MessageId = waiting.MessageId }, platform.Headers)).Message;
            (cancelled.State, cancelled.NextAttemptTime).ShouldBe((MessageState.Cancelled, null));
            var transmission = (await platform.Transmissions.CancelTransmissionAsync(new() { TransmissionId = id }, platform.Headers)).Transmission;
            transmission.CancelTime.ShouldNotBeNull();
            transmission.StateCounts.ShouldNotContain(s => s.State == MessageState.Queued);
            await UntilAsync(async () => (await platform.Transmissions.GetTransmissionAsync(new() { TransmissionId = id }, platform.Headers)).Transmission.Complete);
            messages = await caller.MessagesAsync(id);
        }
        messages.Count(m => m.State == MessageState.Cancelled).ShouldBeGreaterThan(1);
        messages.ShouldAllBe(m => m.State == MessageState.Cancelled || m.State == MessageState.Sent);
        messages.ShouldAllBe(m => caller.Mails(m.Email).Count == (m.State == MessageState.Sent ? 1 : 0));
        // Again it changes nothing.
        await platform.Transmissions.CancelTransmissionAsync(new() { TransmissionId = id }, platform.Headers);

        var (sent, one) = await caller.SendAsync(Request(platform.NewAddress()));
        (await RefusedAsync(StatusCode.FailedPrecondition, "MESSAGE_NOT_QUEUED", async () => await platform.Messages.CancelMessageAsync(new() { MessageId = one[0].MessageId }, platform.Headers))).Metadata["from"].ShouldBe("SENT");
        await RefusedAsync(StatusCode.FailedPrecondition, "TRANSMISSION_COMPLETE", async () => await platform.Transmissions.CancelTransmissionAsync(new() { TransmissionId = sent.TransmissionId }, platform.Headers));
    }

    [Fact]
    public async Task What_holds_parts_or_mails_is_no_file()
    {
        var request = Request(platform.NewAddress());
        request.Content.Attachments.Add(new Attachment { FileName = "a", ContentType = "Multipart/mixed" });
        request.Content.Attachments.Add(new Attachment { FileName = "b", ContentType = "message/rfc822" });
        request.Content.Attachments.Add(new Attachment { FileName = "c", ContentType = "messages/x" });
        (await MalformedAsync(() => caller.QueueAsync(request))).ShouldBe(["content.attachments[0].content_type", "content.attachments[1].content_type"]);
    }

    [Fact]
    public async Task Another_account_finds_nothing()
    {
        var (transmission, messages) = await caller.SendAsync(Request(platform.NewAddress()));
        var other = platform.OtherHeaders;
        foreach (var call in new Func<Task>[]
        {
            async () => await platform.Transmissions.GetTransmissionAsync(new() { TransmissionId = transmission.TransmissionId }, other),
            async () => await platform.Transmissions.CancelTransmissionAsync(new() { TransmissionId = transmission.TransmissionId }, other),
            async () => await platform.Transmissions.WatchTransmission(new() { TransmissionId = transmission.TransmissionId }, other).ResponseStream.MoveNext(default),
            async () => await platform.Messages.ListMessagesAsync(new() { TransmissionId = transmission.TransmissionId }, other),
        })
        {
            await RefusedAsync(StatusCode.NotFound, "TRANSMISSION_NOT_FOUND", call);
        }
        await RefusedAsync(StatusCode.NotFound, "MESSAGE_NOT_FOUND", async () => await platform.Messages.GetMessageAsync(new() { MessageId = messages[0].MessageId }, other));
        await RefusedAsync(StatusCode.NotFound, "MESSAGE_NOT_FOUND", async () => await platform.Messages.CancelMessageAsync(new() { MessageId = messages[0].MessageId }, other));
        (await platform.Transmissions.ListTransmissionsAsync(new(), other)).Transmissions.ShouldNotContain(t => t.TransmissionId == transmission.TransmissionId);
        (await MalformedAsync(async () => await platform.Messages.ListMessagesAsync(new() { State = (MessageState)99, PageSize = -1 }, platform.Headers))).ShouldBe(["transmission_id", "state", "page_size"]);
    }

    private static string MimeTo(SinkMail mail) => mail.Header("To").Split('<')[^1].TrimEnd('>');

    private static MailNames Names()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Mail:Keys:1"] = DeliverabilityHost.MailKey, ["Mail:BounceDomain"] = "bounces.example", ["Mail:PublicUrl"] = "https://mail.example",
        }).Build();
        return new(new(configuration), configuration);
    }
}
