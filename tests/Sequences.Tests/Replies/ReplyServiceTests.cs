using System.Net;
using System.Text;
using ContactPlatform.Sequences.V1;
using ContactPlatform.Testing;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using static ContactPlatform.Sequences.Tests.PlatformFixture;

namespace ContactPlatform.Sequences.Tests.Replies;

/// <summary>Replies as callers and providers hand them in.</summary>
[Collection("platform")]
public sealed class ReplyServiceTests(PlatformFixture platform)
{
    private ReplyService.ReplyServiceClient Replies => new(platform.Sequences.Service.Channel);

    private ReplyWebhookService.ReplyWebhookServiceClient Webhooks => new(platform.Sequences.Service.Channel);

    [Fact]
    public async Task A_mail_is_stored_once_with_what_it_means_and_whoever_asks_for_it_is_opted_out()
    {
        var (contact, email) = await ContactAsync();
        var request = Mail($"From: Ada <{email.ToUpperInvariant()}>\nSubject: Re: Offer\nMessage-ID: <{email}>\n\nPlease remove me from your list.\n\n> Hello");
        var recorded = await Replies.RecordReplyAsync(request, platform.Headers);

        recorded.Outcome.ShouldBe(RecordOutcome.Recorded);
        recorded.ChangeToken.ShouldNotBeEmpty();
        var reply = recorded.Reply;
        (reply.ContactId, reply.Channel, reply.Source, reply.Match, reply.Category, reply.RuleId, reply.Text, reply.Subject, reply.NeedsPerson)
            .ShouldBe((contact, ReplyChannel.Email, "mx", ReplyMatch.Address, ReplyCategory.DoNotContact, "person.do-not-contact.remove", "Please remove me from your list.", "Re: Offer", false));
        (await OptedOutAsync(contact)).ShouldBeTrue();

        (await Replies.RecordReplyAsync(request, platform.Headers)).ShouldBe(new RecordReplyResponse { Outcome = RecordOutcome.Duplicate, Reply = reply });
        (await Replies.GetReplyAsync(new() { ReplyId = reply.ReplyId }, platform.Headers)).Reply.ShouldBe(reply);
        await RefusedAsync(StatusCode.NotFound, "REPLY_NOT_FOUND", () => Replies.GetReplyAsync(new() { ReplyId = reply.ReplyId }, platform.OtherHeaders).ResponseAsync);
        // Another account that has never heard of the contact gets nobody for it.
        (await Replies.RecordReplyAsync(request, platform.OtherHeaders)).ShouldBe(new RecordReplyResponse { Outcome = RecordOutcome.Unmatched });
    }

    [Fact]
    public async Task A_reply_finds_its_contact_by_its_thread_or_by_who_forwarded_and_whoever_only_quotes_opts_nobody_out()
    {
        var (contact, email) = await ContactAsync();
        await Replies.RecordReplyAsync(Mail($"From: {email}\nMessage-ID: <first-{email}>\n\nNot interested."), platform.Headers);
        var thread = (await Replies.RecordReplyAsync(Mail($"From: someone@elsewhere.example\nMessage-ID: <second-{email}>\nIn-Reply-To: <first-{email}>\n\nYes please."), platform.Headers)).Reply;
        (thread.ContactId, thread.Match, thread.Category, thread.NeedsPerson).ShouldBe((contact, ReplyMatch.Thread, ReplyCategory.Interested, false));
        var forwarded = (await Replies.RecordReplyAsync(Mail($"From: boss@elsewhere.example\nMessage-ID: <third-{email}>\n\nStop emailing us.\n\n-----Original Message-----\nFrom: {email}\nTo: boss@elsewhere.example"), platform.Headers)).Reply;
        (forwarded.ContactId, forwarded.Match, forwarded.Category, forwarded.NeedsPerson).ShouldBe((contact, ReplyMatch.Forwarded, ReplyCategory.DoNotContact, true));
        (await OptedOutAsync(contact)).ShouldBeFalse();

        (await Replies.ListRepliesAsync(new() { ContactId = contact, NeedsPersonOnly = true }, platform.Headers)).Replies.ShouldBe([forwarded]);
        (await Replies.ListRepliesAsync(new() { ContactId = contact, Category = ReplyCategory.Interested }, platform.Headers)).Replies.ShouldBe([thread]);
        var first = await Replies.ListRepliesAsync(new() { ContactId = contact, PageSize = 2 }, platform.Headers);
        first.Replies.ShouldBe([forwarded, thread]);
        (await Replies.ListRepliesAsync(new() { ContactId = contact, PageSize = 2, PageToken = first.NextPageToken }, platform.Headers)).Replies.Count.ShouldBe(1);
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => Replies.ListRepliesAsync(new() { PageToken = first.NextPageToken }, platform.Headers).ResponseAsync);
    }

    [Fact]
    public async Task What_a_person_says_of_a_reply_stays_and_opts_out_but_never_in()
    {
        var (contact, email) = await ContactAsync();
        var reply = (await Replies.RecordReplyAsync(new() { Source = "app", ContactId = contact, Email = new() { FromAddress = email, Html = "<p>Lassen Sie mich bitte in Ruhe</p>", MessageId = $"<{email}>" } }, platform.Headers)).Reply;
        (reply.Match, reply.Category, reply.NeedsPerson, reply.CategoryActor).ShouldBe((ReplyMatch.Given, ReplyCategory.Uncategorised, true, null));

        var said = await Replies.SetReplyCategoryAsync(new() { ReplyId = reply.ReplyId, Category = ReplyCategory.DoNotContact, Etag = reply.Etag }, platform.Headers);
        (said.Reply.Category, said.Reply.RuleCategory, said.Reply.NeedsPerson, said.Reply.CategoryTime is not null).ShouldBe((ReplyCategory.DoNotContact, ReplyCategory.Uncategorised, false, true));
        said.ChangeToken.ShouldNotBeEmpty();
        (await Replies.SetReplyCategoryAsync(new() { ReplyId = reply.ReplyId, Category = ReplyCategory.DoNotContact }, platform.Headers)).ShouldBe(new SetReplyCategoryResponse { Reply = said.Reply });
        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", () => Replies.SetReplyCategoryAsync(new() { ReplyId = reply.ReplyId, Category = ReplyCategory.Interested, Etag = reply.Etag }, platform.Headers).ResponseAsync);
        (await Replies.SetReplyCategoryAsync(new() { ReplyId = reply.ReplyId, Category = ReplyCategory.Interested }, platform.Headers)).Reply.Category.ShouldBe(ReplyCategory.Interested);
        (await OptedOutAsync(contact)).ShouldBeTrue();
        await RefusedAsync(StatusCode.NotFound, "REPLY_NOT_FOUND", () => Replies.SetReplyCategoryAsync(new() { ReplyId = reply.ReplyId, Category = ReplyCategory.Interested }, platform.OtherHeaders).ResponseAsync);
        (await MalformedAsync(() => Replies.SetReplyCategoryAsync(new() { Category = ReplyCategory.Uncategorised }, platform.Headers).ResponseAsync)).ShouldBe(["reply_id", "category"]);

        // What a contact wrote goes with the contact.
        await platform.ContactService.DeleteContactAsync(new() { ContactId = contact }, platform.Headers);
        await UntilAsync(async () => !await platform.AskAsync(db => db.Replies.AnyAsync(r => r.ContactId == contact)));
    }

    [Fact]
    public async Task An_out_of_office_reply_tells_the_return_and_a_text_message_opts_out()
    {
        var (contact, email) = await ContactAsync();
        var absent = (await Replies.RecordReplyAsync(new()
        {
            Source = "app",
            Email = new() { FromAddress = email, Subject = "Automatic reply: Offer", Text = "I am out of the office, back on 3 March 2031 or so.", MessageId = "a1", Fields = { new EmailField { Name = "Auto-Submitted", Value = "auto-replied" } } },
        }, platform.Headers)).Reply;
        (absent.Category, absent.Automatic, absent.ReturnKnowledge, absent.ReturnDate).ShouldBe((ReplyCategory.OutOfOffice, true, ReturnKnowledge.Ambiguous, ""));

        var sms = await Replies.RecordReplyAsync(new() { Source = "app", ContactId = contact, Sms = new() { FromPhone = "+442079460123", Text = "STOP", MessageKey = "SM1" } }, platform.Headers);
        (sms.Reply.Channel, sms.Reply.RuleId, await OptedOutAsync(contact)).ShouldBe((ReplyChannel.Sms, "sms.opt-out", true));
        (await Replies.RecordReplyAsync(new() { Source = "app", Sms = new() { FromPhone = "no phone", Text = "STOP", MessageKey = "SM2" } }, platform.Headers)).Outcome.ShouldBe(RecordOutcome.Unmatched);
        await OfPhoneAsync();
        (await Replies.RecordReplyAsync(Mail("From: postmaster@mx.example\n\nReturned"), platform.Headers)).Outcome.ShouldBe(RecordOutcome.DeliveryReport);
    }

    /// <summary>A phone beside an email finds its contact; of several the one that is on its way.</summary>
    private async Task OfPhoneAsync()
    {
        var phone = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"+4420{System.Security.Cryptography.RandomNumberGenerator.GetInt32(70_000_000, 79_999_999)}");
        async Task<RecordReplyResponse> StopAsync(string key) => await Replies.RecordReplyAsync(new() { Source = "app", Sms = new() { FromPhone = phone, Text = "STOP", MessageKey = key + phone } }, platform.Headers);
        var alone = await platform.CreateContactAsync(c => c.Phone = phone);
        var found = (await StopAsync("alone")).Reply;
        (found.ContactId, found.Match, await OptedOutAsync(alone)).ShouldBe((alone, ReplyMatch.Address, true));
        var (enrolled, _) = await platform.EnrolledAsync((await platform.CreateSequenceAsync()).SequenceId, c => c.Phone = phone);
        (await StopAsync("shared")).Reply.ContactId.ShouldBe(enrolled);
        (await OptedOutAsync(enrolled)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_reply_acts_on_the_enrolments_of_its_contact_and_a_person_ends_an_absence_that_was_none()
    {
        var sequence = await platform.CreateSequenceAsync();
        var email = "";
        var (contact, enrollment) = await platform.EnrolledAsync(sequence.SequenceId, c => email = c.Email);
        await platform.ContactedAsync(enrollment);
        var away = await Replies.RecordReplyAsync(Mail($"From: {email}\nMessage-ID: <o-{email}>\nSubject: Automatic reply\nAuto-Submitted: auto-replied\n\nI am out of the office."), platform.Headers);
        (await platform.EnrollmentAsync(enrollment)).Standing.Status.ShouldBe(EnrollmentStatus.OutOfOffice);
        away.ChangeToken.ShouldNotBeEmpty();
        (await Replies.SetReplyCategoryAsync(new() { ReplyId = away.Reply.ReplyId, Category = ReplyCategory.Interested }, platform.Headers)).ChangeToken.ShouldNotBeEmpty();
        var history = await platform.HistoryAsync(enrollment);
        history.Select(h => (h.To.Status, h.Cause)).TakeLast(2).ShouldBe([(EnrollmentStatus.OutOfOffice, EnrollmentChangeCause.Reply), (EnrollmentStatus.Finished, EnrollmentChangeCause.Reply)]);

        // Replies of a merged contact are the survivor's.
        var survivor = await platform.CreateContactAsync();
        await new ContactPlatform.Contacts.V1.ContactMergeService.ContactMergeServiceClient(platform.Contacts.Service.Channel).MergeContactsAsync(new() { SurvivorContactId = survivor, MergedContactId = contact }, platform.Headers);
        await UntilAsync(async () => (await Replies.ListRepliesAsync(new() { ContactId = survivor }, platform.Headers)).Replies.Count == 1);
    }

    [Fact]
    public async Task What_is_malformed_too_large_or_of_nobody_is_refused()
    {
        (await MalformedAsync(() => Replies.RecordReplyAsync(new() { ContactId = -1 }, platform.Headers).ResponseAsync)).ShouldBe(["source", "contact_id", "content"]);
        (await MalformedAsync(() => Replies.RecordReplyAsync(new() { Source = "webhook:1", Mail = ByteString.Empty }, platform.Headers).ResponseAsync)).ShouldBe(["source", "mail"]);
        (await MalformedAsync(() => Replies.RecordReplyAsync(new() { Source = "app", Email = new() { FromAddress = "no", Text = new('x', 100_001) } }, platform.Headers).ResponseAsync)).ShouldBe(["email.from_address", "email.text", "email.message_id"]);
        (await MalformedAsync(() => Replies.RecordReplyAsync(new() { Source = "app", Sms = new() }, platform.Headers).ResponseAsync)).ShouldBe(["sms.from_phone", "sms.message_key", "sms.text"]);
        (await MalformedAsync(() => Replies.ListRepliesAsync(new() { ContactId = -1, Category = (ReplyCategory)99, PageSize = -1 }, platform.Headers).ResponseAsync)).ShouldBe(["contact_id", "category", "page_size"]);
        (await MalformedAsync(() => Replies.GetReplyAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["reply_id"]);
        await RefusedAsync(StatusCode.InvalidArgument, "REPLY_MAIL_INVALID", () => Replies.RecordReplyAsync(Mail(string.Concat(Enumerable.Repeat("X: y\n", 600))), platform.Headers).ResponseAsync);
        await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", () => Replies.RecordReplyAsync(new() { Source = "app", ContactId = long.MaxValue, Sms = new() { FromPhone = "+1", Text = "hi", MessageKey = "SM3" } }, platform.Headers).ResponseAsync);
    }

    [Fact]
    public async Task A_webhook_takes_mails_and_text_messages_until_it_is_deleted()
    {
        var asked = new CreateReplyWebhookRequest { DisplayName = "Inbound Parse", RequestId = platform.NewName() };
        var lost = await Webhooks.CreateReplyWebhookAsync(asked, platform.Headers);
        var made = await Webhooks.CreateReplyWebhookAsync(asked, platform.Headers);
        made.ReplyWebhook.ShouldBe(lost.ReplyWebhook);
        (await PostAsync(lost.Path, new StringContent("x"))).ShouldBe(HttpStatusCode.NotFound);
        await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => Webhooks.CreateReplyWebhookAsync(new(asked) { DisplayName = "Other" }, platform.Headers).ResponseAsync);
        (await Webhooks.ListReplyWebhooksAsync(new(), platform.Headers)).ReplyWebhooks.ShouldBe([made.ReplyWebhook]);
        var (contact, email) = await ContactAsync();
        string Text(string words) => $"From: {email}\r\nMessage-ID: <{words.Length}-{email}>\r\n\r\n{words}";
        (await PostAsync(made.Path, new StringContent(Text("Not interested."), Encoding.UTF8, "message/rfc822"))).ShouldBe(HttpStatusCode.OK);
        (await PostAsync(made.Path, new MultipartFormDataContent { { new StringContent(Text("Not now.")), "email" } })).ShouldBe(HttpStatusCode.OK);
        (await PostAsync(made.Path, new FormUrlEncodedContent([new("body-mime", Text("Sounds good!"))]))).ShouldBe(HttpStatusCode.OK);
        (await PostAsync(made.Path, new FormUrlEncodedContent([new("From", "+442079460999"), new("Body", "STOP"), new("MessageSid", "SM9")]))).ShouldBe(HttpStatusCode.OK, "it is of nobody, and is not to be repeated");
        var replies = (await Replies.ListRepliesAsync(new() { ContactId = contact }, platform.Headers)).Replies;
        replies.Select(r => r.Category).ShouldBe([ReplyCategory.Interested, ReplyCategory.NotNow, ReplyCategory.NotInterested]);
        replies.ShouldAllBe(r => r.Source == $"webhook:{made.ReplyWebhook.ReplyWebhookId}");

        (await PostAsync(made.Path, new FormUrlEncodedContent([new("Body", "STOP")]))).ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(made.Path, new ByteArrayContent(new byte[(1 << 20) + 1]))).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await PostAsync(made.Path[..^1] + (made.Path[^1] == 'A' ? 'B' : 'A'), new StringContent("x"))).ShouldBe(HttpStatusCode.NotFound);
        await RefusedAsync(StatusCode.NotFound, "REPLY_WEBHOOK_NOT_FOUND", () => Webhooks.DeleteReplyWebhookAsync(new() { ReplyWebhookId = made.ReplyWebhook.ReplyWebhookId }, platform.OtherHeaders).ResponseAsync);
        await Webhooks.DeleteReplyWebhookAsync(new() { ReplyWebhookId = made.ReplyWebhook.ReplyWebhookId }, platform.Headers);
        (await PostAsync(made.Path, new StringContent(Text("x")))).ShouldBe(HttpStatusCode.NotFound);
        await RefusedAsync(StatusCode.NotFound, "REPLY_WEBHOOK_NOT_FOUND", () => Webhooks.CreateReplyWebhookAsync(asked, platform.Headers).ResponseAsync);
    }

    [Fact]
    public async Task An_account_has_so_many_webhooks_and_no_more()
    {
        for (var i = 0; i < 20; i++)
        {
            await Webhooks.CreateReplyWebhookAsync(new() { DisplayName = $"webhook {i}" }, platform.OtherHeaders);
        }
        (await RefusedAsync(StatusCode.ResourceExhausted, "REPLY_WEBHOOK_LIMIT", () => Webhooks.CreateReplyWebhookAsync(new() { DisplayName = "one more" }, platform.OtherHeaders).ResponseAsync)).Metadata["limit"].ShouldBe("20");
        var page = await Webhooks.ListReplyWebhooksAsync(new() { PageSize = 15 }, platform.OtherHeaders);
        (await Webhooks.ListReplyWebhooksAsync(new() { PageSize = 15, PageToken = page.NextPageToken }, platform.OtherHeaders)).ReplyWebhooks.Count.ShouldBe(5);
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", () => Webhooks.ListReplyWebhooksAsync(new() { PageToken = "x" }, platform.OtherHeaders).ResponseAsync);
        (await MalformedAsync(() => Webhooks.CreateReplyWebhookAsync(new(), platform.OtherHeaders).ResponseAsync)).ShouldBe(["display_name"]);
        (await MalformedAsync(() => Webhooks.DeleteReplyWebhookAsync(new(), platform.OtherHeaders).ResponseAsync)).ShouldBe(["reply_webhook_id"]);
    }

    private async Task<(long Contact, string Email)> ContactAsync()
    {
        var email = "";
        return (await platform.CreateContactAsync(c => email = c.Email), email);
    }

    private Task<bool> OptedOutAsync(long contact) => platform.AskAsync(db => db.ContactStatuses.AnyAsync(s => s.ContactId == contact && s.OptedOut));

    private static RecordReplyRequest Mail(string text) => new() { Source = "mx", Mail = ByteString.CopyFromUtf8(text.ReplaceLineEndings("\r\n")) };

    private async Task<HttpStatusCode> PostAsync(string path, HttpContent content)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(platform.Sequences.Service.Http, path), content);
        return answer.StatusCode;
    }
}
