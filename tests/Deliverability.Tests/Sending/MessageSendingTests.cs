using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.Tests.Transmissions;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.MailSink;
using ContactPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;
using static ContactPlatform.Deliverability.Tests.Transmissions.MailCaller;

namespace ContactPlatform.Deliverability.Tests.Sending;

/// <summary>What becomes of messages once they are queued: the gate, the mail server's answers, erasure.</summary>
[Collection("platform")]
public sealed class MessageSendingTests(PlatformFixture platform)
{
    private readonly MailCaller caller = new(platform);

    [Fact]
    public async Task Whom_nobody_may_write_to_gets_nothing_and_the_message_says_why()
    {
        var (suppressed, free) = (platform.NewAddress(), platform.NewAddress());
        await platform.FoldAsync(suppressed, (FactKind.Suppressed, Now));
        var (transmission, messages) = await caller.SendAsync(Request(suppressed, free));
        messages.Select(m => (m.Email, m.State, m.RefusalReason)).ShouldBe([(suppressed, MessageState.Refused, "UNSUBSCRIBED_BY_US"), (free, MessageState.Sent, "")], ignoreOrder: true);
        transmission.StateCounts.Sum(s => s.Count).ShouldBe(2);
        caller.Mails(suppressed).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_mail_server_says_decides_how_a_message_goes_on()
    {
        string Address(string kind) => $"{kind}.{platform.NewAddress()}";
        var (later, never, busy, vanishes, breaks) = (Address("later"), Address("never"), Address("busy"), Address("vanishes"), Address("breaks"));
        var tries = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        using var server = caller.Server((step, to) => (step, to.Split('.')[0]) switch
        {
            (SinkStep.Recipient, "later") when tries.AddOrUpdate(to, 1, (_, n) => n + 1) < 3 => new("450 4.2.1 greylisted"),
            (SinkStep.Recipient, "never") => new("550 5.1.1 <never> nobody here"),
            (SinkStep.Recipient, "busy") => new("452 4.2.2 mailbox full"),
            (SinkStep.End, "vanishes") => new(Drop: true),
            (SinkStep.Data, "breaks") when tries.AddOrUpdate(to, 1, (_, n) => n + 1) < 2 => new(Drop: true),
            _ => null,
        });
        var (_, messages) = await caller.SendAsync(Request(later, never, busy, vanishes, breaks));
        messages.ToDictionary(m => m.Email, m => (m.State, m.AttemptCount, m.SmtpCode, m.EnhancedCode)).ShouldBe(new Dictionary<string, (MessageState, int, int, string)>
        {
            [later] = (MessageState.Sent, 3, 250, "2.0.0"),
            [never] = (MessageState.Failed, 1, 550, "5.1.1"),
            [busy] = (MessageState.Failed, 3, 452, "4.2.2"),
            [vanishes] = (MessageState.OutcomeUnknown, 1, 0, ""),
            [breaks] = (MessageState.Sent, 2, 250, "2.0.0"),
        }, ignoreOrder: true);
        messages.Single(m => m.Email == never).Diagnostic.ShouldBe("5.1.1 <never> nobody here");
        new[] { later, never, busy, vanishes, breaks }.Select(a => caller.Mails(a).Count).ShouldBe([1, 0, 0, 1, 1]);
    }

    [Fact]
    public async Task One_message_that_cannot_be_made_holds_up_no_other()
    {
        platform.Deliverability.Service.ExpectErrors("cannot be written as a mail");
        platform.Deliverability.Service.ExpectErrors("Sending");
        var (first, second) = (platform.NewAddress(), platform.NewAddress());
        var request = Request(first, second);
        request.Content.Text = "{{name}}";
        (request.Recipients[0].Variables["name"], request.Recipients[1].Variables["name"]) = ("one", "two");
        long id;
        using (caller.Server((step, to) => step == SinkStep.Recipient && (to == first || to == second) ? new("450 4.2.1 later") : null))
        {
            id = (await caller.QueueAsync(request)).TransmissionId;
            // As no request could have stored it; in the queue, so that nobody has read it before.
            await UntilAsync(() => platform.Stores.AskAsync(ContactsHost.Account, async db =>
            {
                var one = await db.Messages.Where(m => m.TransmissionId == id).MinAsync(m => m.MessageId);
                return await db.Messages.Where(m => m.MessageId == one && m.State == MessageState.Queued).ExecuteUpdateAsync(set => set.SetProperty(m => m.VariableValues, "no JSON")) == 1;
            }));
        }
        await UntilAsync(async () => (await platform.Transmissions.GetTransmissionAsync(new() { TransmissionId = id }, platform.Headers)).Transmission.Complete);
        (await caller.MessagesAsync(id)).Select(m => (m.Email, m.State)).ShouldBe([(first, MessageState.Failed), (second, MessageState.Sent)]);
        (await platform.AddressAsync(first)).Status.ShouldBe(DeliverabilityStatus.New);
    }

    [Fact]
    public async Task Of_many_mails_to_a_full_mailbox_one_is_tried_a_day()
    {
        var email = platform.NewAddress();
        await platform.FoldAsync(email, (FactKind.MailboxFull, Now.AddHours(-25)));
        using var server = caller.Server((step, to) => step == SinkStep.End && to == email ? new(Delay: TimeSpan.FromMilliseconds(300)) : null);
        var sent = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
        {
            var request = Request(email);
            request.Transmission.FromEmail = $"shop{i}@example.org";
            return caller.SendAsync(request);
        }));
        var messages = sent.SelectMany(s => s.Messages).ToList();
        messages.Count(m => m.State == MessageState.Sent).ShouldBe(1);
        messages.Where(m => m.State != MessageState.Sent).ShouldAllBe(m => m.State == MessageState.Refused && m.RefusalReason == "MAILBOX_FULL");
        caller.Mails(email).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Of_an_erased_contact_no_message_tells_and_none_is_sent()
    {
        var email = platform.NewAddress();
        var contact = await platform.KnownContactAsync(email);
        var request = Request(new Recipient { ContactId = contact, DisplayName = "Somebody" });
        request.Content.Text = "{{email}}";
        using var server = caller.Server((step, to) => step == SinkStep.Recipient && to == email ? new("450 4.2.1 later") : null);
        var (_, messages) = await caller.SendAsync(request);
        await new ContactErasureService.ContactErasureServiceClient(platform.Contacts.Service.Channel).EraseContactAsync(new() { ContactId = contact }, platform.Headers);
        await UntilAsync(async () => (await caller.MessageAsync(messages[0].MessageId)).Email == "");
        var row = await platform.Stores.AskAsync(ContactsHost.Account, db => db.Messages.SingleAsync(m => m.MessageId == messages[0].MessageId));
        (row.VariableValues, row.DisplayName, row.Diagnostic).ShouldBe(("{}", "", ""));
        // Who names the address anew finds it erased, and nothing is sent.
        var (_, again) = await caller.SendAsync(Request(email));
        (again[0].State, again[0].RefusalReason, again[0].Email).ShouldBe((MessageState.Refused, "NO_ADDRESS", ""));
        caller.Mails(email).ShouldBeEmpty();
    }
}
