using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.DeliverabilityFeed;
using ContactPlatform.Sequences.Tests.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Tests.DeliverabilityFeed;

/// <summary>Sequences and Deliverability as processes that follow each other.</summary>
[Collection("platform")]
public sealed class MailFeedTests(PlatformFixture platform)
{
    private readonly MailFeedCaller caller = new(platform);

    [Fact]
    public async Task What_becomes_of_a_steps_mail_shows_on_its_enrolment_and_what_is_told_again_changes_nothing()
    {
        var made = Made.Sequence(platform.NewName());
        made.Settings.TrackOpens = true;
        var sequence = await platform.CreateSequenceAsync(sequence: made);
        var (contact, enrollment) = await platform.EnrolledAsync(sequence.SequenceId);
        var message = await caller.SendAsync(sequence, contact, enrollment);
        await caller.UntilAsync(enrollment, s => s.Contacted);
        var events = new[] { DeliveryEventKind.Clicked, DeliveryEventKind.Opened, DeliveryEventKind.Delivered };
        foreach (var kind in events.Concat(events))
        {
            await caller.IngestAsync(message, kind);
        }
        await caller.UntilAsync(enrollment, s => s.Opened);
        // Following links is not tracked.
        (await platform.EnrollmentAsync(enrollment)).Standing.ShouldBe(new EnrollmentStanding { Status = EnrollmentStatus.Active, Contacted = true, Opened = true });
        await caller.IngestAsync(message, DeliveryEventKind.Failed, "550 5.1.1 no such user");
        await caller.UntilAsync(enrollment, s => s.Bounced);
        (await caller.StatusAsync(contact)).EngagementStatus.ShouldBe(EngagementStatus.BadEmail);
        (await platform.HistoryAsync(enrollment)).Skip(1).ShouldAllBe(c => c.Cause == EnrollmentChangeCause.Mail && c.Actor.Kind != Common.V1.ActorKind.Unspecified);

        // A mail that names an enrolment of another sequence, and one that names none, do nothing.
        var other = await platform.EnrolledAsync((await platform.CreateSequenceAsync()).SequenceId);
        await caller.SendAsync(sequence, other.ContactId, other.EnrollmentId);
        var before = await StandAsync();
        await caller.ReplayAsync();
        (await StandAsync()).ShouldBe(before);
        (await platform.EnrollmentAsync(other.EnrollmentId)).Version.ShouldBe(1);

        async Task<(EnrollmentStanding, long, long, int)> StandAsync() => ((await platform.EnrollmentAsync(enrollment)).Standing, (await platform.EnrollmentAsync(enrollment)).Version,
            (await caller.StatusAsync(contact)).Version, await platform.AskAsync(db => db.StepMessages.CountAsync(m => m.EnrollmentId == enrollment)));
    }

    [Fact]
    public async Task A_mail_that_is_refused_at_once_bounces_and_what_the_sender_is_to_blame_for_does_not()
    {
        var sequence = await platform.CreateSequenceAsync();
        var (contact, enrollment) = await platform.EnrolledAsync(sequence.SequenceId);
        var (blocked, unmoved) = await platform.EnrolledAsync(sequence.SequenceId);
        var mail = (await platform.DeliverabilityAsync()).Mail.Behaviour;
        var email = (await platform.ContactService.GetContactAsync(new() { ContactId = contact }, platform.Headers)).Contact.Email;
        mail.Answer = (step, to) => step != MailSink.SinkStep.Recipient ? null : new MailSink.SinkAnswer(to == email ? "552 5.2.2 mailbox full" : "550 5.7.1 policy");
        await caller.SendAsync(sequence, blocked, unmoved);
        await caller.SendAsync(sequence, contact, enrollment);
        await caller.UntilAsync(enrollment, s => s.Bounced);
        mail.Answer = (_, _) => null;
        var now = (await platform.EnrollmentAsync(enrollment)).Standing;
        (now.Contacted, (await caller.StatusAsync(contact)).EngagementStatus).ShouldBe((false, EngagementStatus.Enrolled));
        (await platform.EnrollmentAsync(unmoved)).Version.ShouldBe(1);
    }

    [Fact]
    public async Task Webhooks_are_told_of_statuses_opting_out_and_engagement()
    {
        var deliverability = await platform.DeliverabilityAsync();
        var webhooks = new WebhookService.WebhookServiceClient(deliverability.Service.Channel);
        var webhook = (await webhooks.CreateWebhookAsync(new() { Webhook = new() { DisplayName = platform.NewName(), Url = "http://127.0.0.1:9/", EventTypes = { WebhookEventType.SequenceStatusChanged, WebhookEventType.SequenceContactChanged, WebhookEventType.EngagementStatusChanged } } }, platform.Headers)).Webhook;
        var (contact, _) = await platform.EnrolledAsync((await platform.CreateSequenceAsync()).SequenceId);
        await caller.SetOptedOutAsync(contact, remove: false);
        var deliveries = new WebhookDeliveryService.WebhookDeliveryServiceClient(deliverability.Service.Channel);
        List<WebhookDelivery> told = [];
        await UntilAsync(async () => (told = [.. (await deliveries.ListWebhookDeliveriesAsync(new() { WebhookId = webhook.WebhookId, PageSize = 1000 }, platform.Headers)).WebhookDeliveries.Where(d => d.ContactId == contact)]).Count == 5);
        await webhooks.DeleteWebhookAsync(new() { WebhookId = webhook.WebhookId }, platform.Headers);
        told.Select(d => d.EventType).Order().ShouldBe([WebhookEventType.SequenceStatusChanged, WebhookEventType.SequenceStatusChanged, WebhookEventType.SequenceContactChanged, WebhookEventType.EngagementStatusChanged, WebhookEventType.EngagementStatusChanged]);
    }

    [Fact]
    public async Task A_reply_acts_on_the_enrolment_whose_mail_it_answers_and_counts_for_its_step()
    {
        var (one, other) = (await platform.CreateSequenceAsync(), await platform.CreateSequenceAsync());
        var (contact, first) = await platform.EnrolledAsync(one.SequenceId);
        var second = (await platform.EnrollAsync(other.SequenceId, contact)).Results.Single().EnrollmentId;
        var email = (await caller.ContactAsync(contact)).Email;
        var messages = new[] { await caller.SendAsync(one, contact, first), await caller.SendAsync(other, contact, second) };
        await caller.UntilAsync(first, s => s.Contacted);
        await caller.UntilAsync(second, s => s.Contacted);
        var reference = await platform.AskAsync(db => db.StepMessages.Where(m => m.MessageId == messages[0]).Select(m => m.MessageReference).SingleAsync());
        (await platform.DeliverabilityAsync()).Mail.Mails.Count(m => m.Header("Message-ID") == $"<{reference}>").ShouldBe(1);

        // From an address that nobody has: only the thread says whose it is.
        var reply = await ReplyAsync($"From: colleague@elsewhere.example\nMessage-ID: <r1.{email}>\nReferences: <unknown@x.example> <{reference}>\n\nYes please.");
        (reply.ContactId, reply.Match, reply.EnrollmentId, reply.MessageId).ShouldBe((contact, ReplyMatch.Thread, first, messages[0]));
        ((await platform.EnrollmentAsync(first)).Standing.RepliedByEmail, (await platform.EnrollmentAsync(second)).Standing.RepliedByEmail).ShouldBe((true, false));
        // What names no mail of ours acts on all, and counts for the last.
        reply = await ReplyAsync($"From: {email}\nMessage-ID: <r2.{email}>\n\nYes please.");
        (reply.Match, reply.EnrollmentId, reply.MessageId).ShouldBe((ReplyMatch.Address, 0, messages[1]));
        (await platform.EnrollmentAsync(second)).Standing.RepliedByEmail.ShouldBeTrue();

        await caller.IngestAsync(messages[0], DeliveryEventKind.Delivered);
        await caller.IngestAsync(messages[0], DeliveryEventKind.Opened);
        var figures = new SequenceStatisticsService.SequenceStatisticsServiceClient(platform.Sequences.Service.Channel);
        GetSequenceStatisticsResponse told = new();
        await UntilAsync(async () => (told = await figures.GetSequenceStatisticsAsync(new() { SequenceId = one.SequenceId }, platform.Headers)).Mails.OpenedCount == 1);
        told.Mails.ShouldBe(new MailCounts { SentCount = 1, DeliveredCount = 1, OpenedCount = 1, RepliedCount = 1 });
        (told.EnrolledCount, told.EndedCount, told.RepliedCount, told.OptedOutCount).ShouldBe((1, 0, 1, 0));
        told.StatusCounts.Single().ShouldBe(new EnrollmentStatusCount { Status = EnrollmentStatus.Finished, Count = 1 });
        told.Steps.Select(s => (s.StepId, s.Removed, s.Mails.SentCount)).ShouldBe(one.Steps.Select((s, i) => (s.StepId, false, i == 0 ? 1L : 0)));
        await RefusedAsync(Grpc.Core.StatusCode.NotFound, "SEQUENCE_NOT_FOUND", () => figures.GetSequenceStatisticsAsync(new() { SequenceId = one.SequenceId }, platform.OtherHeaders).ResponseAsync);
        (await MalformedAsync(() => figures.GetSequenceStatisticsAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["sequence_id"]);

        // What a contact opened goes with it, and so does the name of what it got.
        await platform.ContactService.DeleteContactAsync(new() { ContactId = contact }, platform.Headers);
        await UntilAsync(async () => await platform.AskAsync(db => db.StepMessages.AnyAsync(m => m.MessageId == messages[0] && m.MessageReference == "" && m.OpenTime == null)));

        async Task<Reply> ReplyAsync(string mail) => (await new ReplyService.ReplyServiceClient(platform.Sequences.Service.Channel).RecordReplyAsync(
            new() { Source = "mx", Mail = Google.Protobuf.ByteString.CopyFromUtf8(mail.Replace("\n", "\r\n", StringComparison.Ordinal)) }, platform.Headers)).Reply;
    }
}
