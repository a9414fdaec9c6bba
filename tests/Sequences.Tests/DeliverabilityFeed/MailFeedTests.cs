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
    private static int keys;

    [Fact]
    public async Task What_becomes_of_a_steps_mail_shows_on_its_enrolment_and_what_is_told_again_changes_nothing()
    {
        var made = Made.Sequence(platform.NewName());
        made.Settings.TrackOpens = true;
        var sequence = await platform.CreateSequenceAsync(sequence: made);
        var (contact, enrollment) = await platform.EnrolledAsync(sequence.SequenceId);
        var message = await SendAsync(sequence, contact, enrollment);
        await UntilAsync(enrollment, s => s.Contacted);
        var events = new[] { DeliveryEventKind.Clicked, DeliveryEventKind.Opened, DeliveryEventKind.Delivered };
        foreach (var kind in events.Concat(events))
        {
            await IngestAsync(message, kind);
        }
        await UntilAsync(enrollment, s => s.Opened);
        // Following links is not tracked.
        (await platform.EnrollmentAsync(enrollment)).Standing.ShouldBe(new EnrollmentStanding { Status = EnrollmentStatus.Active, Contacted = true, Opened = true });
        await IngestAsync(message, DeliveryEventKind.Failed, "550 5.1.1 no such user");
        await UntilAsync(enrollment, s => s.Bounced);
        (await StatusAsync(contact)).EngagementStatus.ShouldBe(EngagementStatus.BadEmail);
        (await platform.HistoryAsync(enrollment)).Skip(1).ShouldAllBe(c => c.Cause == EnrollmentChangeCause.Mail && c.Actor.Kind != Common.V1.ActorKind.Unspecified);

        // A mail that names an enrolment of another sequence, and one that names none, do nothing.
        var other = await platform.EnrolledAsync((await platform.CreateSequenceAsync()).SequenceId);
        await SendAsync(sequence, other.ContactId, other.EnrollmentId);
        var before = await StandAsync();
        await ReplayAsync();
        (await StandAsync()).ShouldBe(before);
        (await platform.EnrollmentAsync(other.EnrollmentId)).Version.ShouldBe(1);

        async Task<(EnrollmentStanding, long, long, int)> StandAsync() => ((await platform.EnrollmentAsync(enrollment)).Standing, (await platform.EnrollmentAsync(enrollment)).Version,
            (await StatusAsync(contact)).Version, await platform.AskAsync(db => db.StepMessages.CountAsync(m => m.EnrollmentId == enrollment)));
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
        await SendAsync(sequence, blocked, unmoved);
        await SendAsync(sequence, contact, enrollment);
        await UntilAsync(enrollment, s => s.Bounced);
        mail.Answer = (_, _) => null;
        var now = (await platform.EnrollmentAsync(enrollment)).Standing;
        (now.Contacted, (await StatusAsync(contact)).EngagementStatus).ShouldBe((false, EngagementStatus.Enrolled));
        (await platform.EnrollmentAsync(unmoved)).Version.ShouldBe(1);
    }

    [Fact]
    public async Task A_mail_that_the_gate_keeps_from_an_address_that_does_not_exist_has_bounced_and_any_other_has_not()
    {
        var deliverability = await platform.DeliverabilityAsync();
        var sequence = await platform.CreateSequenceAsync();
        var ((gone, bad), (complainer, kept)) = (await platform.EnrolledAsync(sequence.SequenceId), await platform.EnrolledAsync(sequence.SequenceId));
        // What is told of addresses and not of a sequence's mails moves nobody.
        await TellAsync(gone, DeliveryEventKind.Failed, "550 5.1.1 no such user");
        await TellAsync(complainer, DeliveryEventKind.Complained);
        await SettleAsync();
        (await platform.EnrollmentAsync(bad)).Version.ShouldBe(1);
        await SendAsync(sequence, complainer, kept);
        await SendAsync(sequence, gone, bad);
        await UntilAsync(bad, s => s.Bounced);
        ((await platform.EnrollmentAsync(bad)).Standing.Contacted, (await StatusAsync(gone)).EngagementStatus).ShouldBe((false, EngagementStatus.BadEmail));
        ((await platform.EnrollmentAsync(kept)).Version, (await StatusAsync(complainer)).EngagementStatus).ShouldBe((1, EngagementStatus.Enrolled));

        async Task TellAsync(long contact, DeliveryEventKind kind, string diagnostic = "")
        {
            using var call = new DeliveryEventService.DeliveryEventServiceClient(deliverability.Service.Channel).IngestEvents(platform.Headers);
            await call.RequestStream.WriteAsync(new() { Source = "relay", Events = { new DeliveryEventInput { EventKey = platform.NewName(), Kind = kind, Address = (await ContactAsync(contact)).Email, Diagnostic = diagnostic } } });
            await call.RequestStream.CompleteAsync();
            (await call).StoredCount.ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_bounce_that_is_classified_anew_is_one_or_none_from_then_on()
    {
        var deliverability = await platform.DeliverabilityAsync();
        var classification = new ClassificationService.ClassificationServiceClient(deliverability.Service.Channel);
        var sequence = await platform.CreateSequenceAsync();
        var ((full, soft), (policy, none), (byHand, set)) = (await platform.EnrolledAsync(sequence.SequenceId), await platform.EnrolledAsync(sequence.SequenceId), await platform.EnrolledAsync(sequence.SequenceId));
        foreach (var (contact, enrollment, diagnostic) in new[] { (full, soft, "552 5.2.2 full"), (policy, none, "550 5.7.1 policy"), (byHand, set, "550 5.7.1 policy") })
        {
            var message = await SendAsync(sequence, contact, enrollment);
            await UntilAsync(enrollment, s => s.Contacted);
            if (enrollment == set)
            {
                await platform.Statuses.SetStatusAsync(new() { SequenceId = sequence.SequenceId, ContactId = contact, Status = SequenceStatus.Bounced }, platform.Headers);
            }
            // As older rules had it.
            await IngestAsync(message, DeliveryEventKind.Failed, "550 5.1.1 no such user");
            await CallChecks.UntilAsync(async () => (await StatusAsync(contact)).EngagementStatus == EngagementStatus.BadEmail);
            await using var connection = await deliverability.Database.OpenAsync(default);
            await using var command = connection.CreateCommand();
            command.CommandText = $"UPDATE delivery_events SET diagnostic = '{diagnostic}', enhanced_code = '', rule_id = 'old' WHERE message_id = {message} AND kind = {(int)DeliveryEventKind.Failed}";
            (await command.ExecuteNonQueryAsync()).ShouldBe(1);
        }
        var replay = await EndAsync((await classification.ReplayClassificationAsync(new() { RequestId = platform.NewName() }, platform.Headers)).ClassificationReplay);
        await CallChecks.UntilAsync(async () => (await StatusAsync(byHand)).EngagementStatus == EngagementStatus.Working);
        await SettleAsync();
        // A full mailbox is a bounce, what the sender is to blame for is none, and what somebody has set stays.
        (await BouncedAsync()).ShouldBe((true, false, true));
        ((await StatusAsync(full)).EngagementStatus, (await StatusAsync(policy)).EngagementStatus).ShouldBe((EngagementStatus.Working, EngagementStatus.Working));
        await ReplayAsync();
        (await BouncedAsync()).ShouldBe((true, false, true));

        await EndAsync((await classification.UndoClassificationReplayAsync(new() { ClassificationReplayId = replay.ClassificationReplayId, RequestId = platform.NewName() }, platform.Headers)).ClassificationReplay);
        foreach (var contact in (long[])[full, policy, byHand])
        {
            await CallChecks.UntilAsync(async () => (await StatusAsync(contact)).EngagementStatus == EngagementStatus.BadEmail);
        }
        (await BouncedAsync()).ShouldBe((true, true, true));

        async Task<(bool, bool, bool)> BouncedAsync() => ((await platform.EnrollmentAsync(soft)).Standing.Bounced, (await platform.EnrollmentAsync(none)).Standing.Bounced, (await platform.EnrollmentAsync(set)).Standing.Bounced);

        async Task<ClassificationReplay> EndAsync(ClassificationReplay begun)
        {
            using var watch = classification.WatchClassificationReplay(new() { ClassificationReplayId = begun.ClassificationReplayId }, platform.Headers);
            while (await watch.ResponseStream.MoveNext(default))
            {
                begun = watch.ResponseStream.Current.ClassificationReplay;
            }
            begun.Run.State.ShouldBe(Common.V1.RunState.Succeeded, begun.Run.Message);
            return begun;
        }
    }

    [Fact]
    public async Task Who_opts_out_here_is_sent_nothing_by_anybody_and_both_fall_silent()
    {
        var deliverability = await platform.DeliverabilityAsync();
        var sequence = await platform.CreateSequenceAsync();
        var (contact, enrollment) = await platform.EnrolledAsync(sequence.SequenceId);
        await SetOptedOutAsync(contact, remove: false);
        await CallChecks.UntilAsync(async () => (await BlocksAsync(contact)).Contains(SendBlock.Unsubscribed));
        // Contacts takes it over, as any unsubscribing.
        await CallChecks.UntilAsync(async () => (await ContactAsync(contact)).UnsubscribedTime is not null);
        (await platform.EnrollmentAsync(enrollment)).Standing.FinishReason.ShouldBe(FinishReason.OptedOut);
        // That it unsubscribes as well, later, is no other state: the later time is kept.
        var before = (await StatusAsync(contact)).OptOutTime;
        using (var call = new DeliveryEventService.DeliveryEventServiceClient(deliverability.Service.Channel).IngestEvents(platform.Headers))
        {
            await call.RequestStream.WriteAsync(new() { Source = "relay", Events = { new DeliveryEventInput { EventKey = platform.NewName(), Kind = DeliveryEventKind.Unsubscribed, Address = (await ContactAsync(contact)).Email } } });
            await call.RequestStream.CompleteAsync();
            await call;
        }
        await CallChecks.UntilAsync(async () => (await StatusAsync(contact)).OptOutTime > before);
        await SetOptedOutAsync(contact, remove: true);
        await CallChecks.UntilAsync(async () => !(await BlocksAsync(contact)).Contains(SendBlock.Unsubscribed));
        // Writing to it again is for Contacts to allow, with a reason.
        (await BlocksAsync(contact)).ShouldBe([SendBlock.ContactUnsubscribed]);
        (await StatusAsync(contact)).OptedOut.ShouldBeFalse();
        await SettleAsync();
        (await CountAsync(contact)).ShouldBe(3);
        await ReplayAsync();
        (await StatusAsync(contact)).OptedOut.ShouldBeFalse();
        (await CountAsync(contact)).ShouldBe(3);

        // Enrolled, opted out, taken back.
        Task<int> CountAsync(long id) => platform.AskAsync(db => db.ContactStatusChanges.CountAsync(c => c.ContactId == id));
    }

    [Fact]
    public async Task Who_unsubscribes_by_a_mail_has_opted_out_until_it_is_subscribed_again()
    {
        var sequence = await platform.CreateSequenceAsync();
        var (contact, enrollment) = await platform.EnrolledAsync(sequence.SequenceId);
        var bystander = await platform.EnrolledAsync(sequence.SequenceId);
        await IngestAsync(await SendAsync(sequence, contact, enrollment), DeliveryEventKind.Unsubscribed);
        await CallChecks.UntilAsync(async () => (await StatusAsync(contact)).OptedOut);
        var status = await StatusAsync(contact);
        status.EngagementStatus.ShouldBe(EngagementStatus.DoNotContact);
        (await platform.EnrollmentAsync(enrollment)).Standing.FinishReason.ShouldBe(FinishReason.OptedOut);
        (await platform.EnrollAsync((await platform.CreateSequenceAsync()).SequenceId, contact)).Results.Single().Reason.ShouldBe("OPTED_OUT");
        await CallChecks.UntilAsync(async () => (await ContactAsync(contact)).UnsubscribedTime is not null);
        await new ConsentService.ConsentServiceClient(platform.Contacts.Service.Channel).ResubscribeContactAsync(new() { ContactId = contact, Reason = "asked for it" }, platform.Headers);
        await CallChecks.UntilAsync(async () => !(await StatusAsync(contact)).OptedOut);
        (await BlocksAsync(contact)).ShouldBeEmpty();
        // Removing it resumes nothing.
        (await platform.EnrollmentAsync(enrollment)).Standing.Status.ShouldBe(EnrollmentStatus.Finished);
        (await platform.EnrollmentAsync(bystander.EnrollmentId)).Version.ShouldBe(1);
    }

    [Fact]
    public async Task Webhooks_are_told_of_statuses_opting_out_and_engagement()
    {
        var deliverability = await platform.DeliverabilityAsync();
        var webhooks = new WebhookService.WebhookServiceClient(deliverability.Service.Channel);
        var webhook = (await webhooks.CreateWebhookAsync(new() { Webhook = new() { DisplayName = platform.NewName(), Url = "http://127.0.0.1:9/", EventTypes = { WebhookEventType.SequenceStatusChanged, WebhookEventType.SequenceContactChanged, WebhookEventType.EngagementStatusChanged } } }, platform.Headers)).Webhook;
        var (contact, _) = await platform.EnrolledAsync((await platform.CreateSequenceAsync()).SequenceId);
        await SetOptedOutAsync(contact, remove: false);
        var deliveries = new WebhookDeliveryService.WebhookDeliveryServiceClient(deliverability.Service.Channel);
        List<WebhookDelivery> told = [];
        await CallChecks.UntilAsync(async () => (told = [.. (await deliveries.ListWebhookDeliveriesAsync(new() { WebhookId = webhook.WebhookId, PageSize = 1000 }, platform.Headers)).WebhookDeliveries.Where(d => d.ContactId == contact)]).Count == 5);
        await webhooks.DeleteWebhookAsync(new() { WebhookId = webhook.WebhookId }, platform.Headers);
        told.Select(d => d.EventType).Order().ShouldBe([WebhookEventType.SequenceStatusChanged, WebhookEventType.SequenceStatusChanged, WebhookEventType.SequenceContactChanged, WebhookEventType.EngagementStatusChanged, WebhookEventType.EngagementStatusChanged]);
    }

    [Fact]
    public async Task A_reply_acts_on_the_enrolment_whose_mail_it_answers_and_counts_for_its_step()
    {
        var (one, other) = (await platform.CreateSequenceAsync(), await platform.CreateSequenceAsync());
        var (contact, first) = await platform.EnrolledAsync(one.SequenceId);
        var second = (await platform.EnrollAsync(other.SequenceId, contact)).Results.Single().EnrollmentId;
        var email = (await ContactAsync(contact)).Email;
        var messages = new[] { await SendAsync(one, contact, first), await SendAsync(other, contact, second) };
        await UntilAsync(first, s => s.Contacted);
        await UntilAsync(second, s => s.Contacted);
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

        await IngestAsync(messages[0], DeliveryEventKind.Delivered);
        await IngestAsync(messages[0], DeliveryEventKind.Opened);
        var figures = new SequenceStatisticsService.SequenceStatisticsServiceClient(platform.Sequences.Service.Channel);
        GetSequenceStatisticsResponse told = new();
        await CallChecks.UntilAsync(async () => (told = await figures.GetSequenceStatisticsAsync(new() { SequenceId = one.SequenceId }, platform.Headers)).Mails.OpenedCount == 1);
        told.Mails.ShouldBe(new MailCounts { SentCount = 1, DeliveredCount = 1, OpenedCount = 1, RepliedCount = 1 });
        (told.EnrolledCount, told.EndedCount, told.RepliedCount, told.OptedOutCount).ShouldBe((1, 0, 1, 0));
        told.StatusCounts.Single().ShouldBe(new EnrollmentStatusCount { Status = EnrollmentStatus.Finished, Count = 1 });
        told.Steps.Select(s => (s.StepId, s.Removed, s.Mails.SentCount)).ShouldBe(one.Steps.Select((s, i) => (s.StepId, false, i == 0 ? 1L : 0)));
        await RefusedAsync(Grpc.Core.StatusCode.NotFound, "SEQUENCE_NOT_FOUND", () => figures.GetSequenceStatisticsAsync(new() { SequenceId = one.SequenceId }, platform.OtherHeaders).ResponseAsync);
        (await MalformedAsync(() => figures.GetSequenceStatisticsAsync(new(), platform.Headers).ResponseAsync)).ShouldBe(["sequence_id"]);

        // What a contact opened goes with it, and so does the name of what it got.
        await platform.ContactService.DeleteContactAsync(new() { ContactId = contact }, platform.Headers);
        await CallChecks.UntilAsync(async () => await platform.AskAsync(db => db.StepMessages.AnyAsync(m => m.MessageId == messages[0] && m.MessageReference == "" && m.OpenTime == null)));

        async Task<Reply> ReplyAsync(string mail) => (await new ReplyService.ReplyServiceClient(platform.Sequences.Service.Channel).RecordReplyAsync(
            new() { Source = "mx", Mail = Google.Protobuf.ByteString.CopyFromUtf8(mail.Replace("\n", "\r\n", StringComparison.Ordinal)) }, platform.Headers)).Reply;
    }

    private async Task<long> SendAsync(Sequence sequence, long contact, long enrollment)
    {
        var deliverability = await platform.DeliverabilityAsync();
        var request = new CreateTransmissionRequest
        {
            Transmission = new() { FromEmail = "sales@example.com" }, Content = new() { Subject = "News", Text = "A line." }, Recipients = { new Recipient { ContactId = contact } }, RequestId = platform.NewName(),
        };
        foreach (var (key, number) in new[] { ("sequence_id", sequence.SequenceId), ("step_id", sequence.Steps[0].StepId), ("enrollment_id", enrollment) })
        {
            request.Transmission.Metadata[key] = $"{number}";
        }
        var transmissions = new TransmissionService.TransmissionServiceClient(deliverability.Service.Channel);
        var id = (await transmissions.CreateTransmissionAsync(request, platform.Headers)).Transmission.TransmissionId;
        await CallChecks.UntilAsync(async () => (await transmissions.GetTransmissionAsync(new() { TransmissionId = id }, platform.Headers)).Transmission.Complete);
        return (await new MessageService.MessageServiceClient(deliverability.Service.Channel).ListMessagesAsync(new() { TransmissionId = id }, platform.Headers)).Messages.Single().MessageId;
    }

    private async Task IngestAsync(long message, DeliveryEventKind kind, string diagnostic = "")
    {
        using var call = new DeliveryEventService.DeliveryEventServiceClient((await platform.DeliverabilityAsync()).Service.Channel).IngestEvents(platform.Headers);
        await call.RequestStream.WriteAsync(new() { Source = "relay", Events = { new DeliveryEventInput { EventKey = $"{Interlocked.Increment(ref keys)}", Kind = kind, MessageId = message, Diagnostic = diagnostic } } });
        await call.RequestStream.CompleteAsync();
        (await call).StoredCount.ShouldBe(1);
    }

    private Task UntilAsync(long enrollment, Func<EnrollmentStanding, bool> holds) => CallChecks.UntilAsync(async () => holds((await platform.EnrollmentAsync(enrollment)).Standing));

    private async Task<ContactStatus> StatusAsync(long contact) => (await platform.Enrolling.GetContactStatusAsync(new() { ContactId = contact }, platform.Headers)).ContactStatus;

    private async Task<Contact> ContactAsync(long contact) => (await platform.ContactService.GetContactAsync(new() { ContactId = contact }, platform.Headers)).Contact;

    private async Task<List<SendBlock>> BlocksAsync(long contact) =>
        [.. (await new SendabilityService.SendabilityServiceClient((await platform.DeliverabilityAsync()).Service.Channel).ExplainSendabilityAsync(new() { ContactId = contact }, platform.Headers)).Blocks.Select(b => b.Block)];

    private async Task SetOptedOutAsync(long contact, bool remove)
    {
        if (remove)
        {
            var enrollment = (await platform.Enrolling.ListEnrollmentsAsync(new() { ContactId = contact }, platform.Headers)).Enrollments.Single();
            await platform.Statuses.RemoveStatusAsync(new() { SequenceId = enrollment.SequenceId, ContactId = contact, Status = SequenceStatus.OptedOut }, platform.Headers);
        }
        else
        {
            await platform.Statuses.SetStatusAsync(new() { ContactId = contact, Status = SequenceStatus.OptedOut }, platform.Headers);
        }
    }

    /// <summary>Lets Sequences apply everything that Deliverability ever told once more, in its order, in other parts.</summary>
    private async Task ReplayAsync()
    {
        await SettleAsync();
        var end = await PositionAsync();
        using var call = new Deliverability.V1.ChangesService.ChangesServiceClient((await platform.DeliverabilityAsync()).Service.Channel).StreamChanges(new(), await platform.Contacts.FeedHeadersAsync(CancellationToken.None));
        var changes = new List<Deliverability.V1.StreamChangesResponse>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None) && string.CompareOrdinal(call.ResponseStream.Current.Position, end) <= 0)
        {
            changes.Add(call.ResponseStream.Current);
            if (call.ResponseStream.Current.Position == end)
            {
                break;
            }
        }
        changes.Count.ShouldBeGreaterThan(0);
        foreach (var part in changes.Where(c => c.AccountId == ContactsHost.Account).Chunk(3))
        {
            await platform.ApplyAsync(part);
        }
    }

    private Task<string> PositionAsync() => platform.AskAsync(db => db.FeedPositions.Where(p => p.Source == DeliverabilityFeedConsumer.Source).Select(p => p.Position).SingleAsync());

    /// <summary>Waits until each has applied all that the other told.</summary>
    private async Task SettleAsync()
    {
        var (deliverability, headers) = (await platform.DeliverabilityAsync(), await platform.Contacts.FeedHeadersAsync(CancellationToken.None));
        await CallChecks.UntilAsync(async () => (await new Deliverability.V1.ChangesService.ChangesServiceClient(deliverability.Service.Channel).GetBacklogAsync(new() { AfterPosition = await PositionAsync() }, headers)).ChangeCount == 0);
    }
}
