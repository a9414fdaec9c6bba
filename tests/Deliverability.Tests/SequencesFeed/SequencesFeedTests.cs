using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.SequencesFeed;
using ContactPlatform.Deliverability.Tests.Transmissions;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.MailSink;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.Testing;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;
using SequencesChange = ContactPlatform.Sequences.V1.StreamChangesResponse;

namespace ContactPlatform.Deliverability.Tests.SequencesFeed;

/// <summary>What passes between Deliverability and Sequences.</summary>
[Collection("platform")]
public sealed class SequencesFeedTests(PlatformFixture platform)
{
    private readonly MailCaller caller = new(platform);

    [Fact]
    public async Task What_became_of_a_sequences_messages_is_told_with_their_metadata_and_of_others_nothing()
    {
        var headers = await platform.Contacts.FeedHeadersAsync(default);
        var feed = new V1.ChangesService.ChangesServiceClient(platform.Deliverability.Service.Channel);
        var position = (await feed.GetBacklogAsync(new(), headers)).LastPosition;
        var (sent, refused) = ($"sent.{platform.NewAddress()}", $"refused.{platform.NewAddress()}");
        await caller.SendAsync(MailCaller.Request(platform.NewAddress()));
        var request = MailCaller.Request(sent, refused);
        request.Transmission.Metadata["sequence_id"] = "7";
        using (caller.Server((step, to) => step == SinkStep.Recipient && to == refused ? new SinkAnswer("550 5.1.1 no such user") : null))
        {
            await caller.SendAsync(request);
        }
        var message = (await caller.MessagesAsync((await platform.Transmissions.ListTransmissionsAsync(new() { PageSize = 1 }, platform.Headers)).Transmissions[0].TransmissionId)).Single(m => m.Email == sent);
        // The gate refuses it now; and of what it refuses for another reason nothing is told.
        var again = MailCaller.Request(refused);
        again.Transmission.Metadata["sequence_id"] = "7";
        await caller.SendAsync(again);
        var suppressed = MailCaller.Request(platform.NewAddress());
        suppressed.Transmission.Metadata["sequence_id"] = "7";
        await platform.FoldAsync(suppressed.Recipients.Single().Email, (FactKind.Complaint, Now));
        await caller.SendAsync(suppressed);
        await platform.IngestAsync("relay", [[new() { EventKey = sent, Kind = DeliveryEventKind.Opened, MessageId = message.MessageId }]]);

        var told = new Dictionary<long, MessageOutcome>();
        using var call = feed.StreamChanges(new() { AfterPosition = position }, headers);
        while (!told.Values.Any(m => m.OpenTime is not null) && await call.ResponseStream.MoveNext(default))
        {
            foreach (var outcome in call.ResponseStream.Current.MessagesChanged?.Messages ?? [])
            {
                told[outcome.MessageId] = outcome;
            }
        }
        told.Count.ShouldBe(3);
        told.Values.ShouldAllBe(m => m.Metadata["sequence_id"] == "7");
        var opened = told[message.MessageId];
        (opened.SendTime, opened.BounceTime, $"<{opened.MessageReference}>").ShouldBe((message.SendTime, null, caller.Mails(sent).Single().Header("Message-ID")));
        foreach (var bounced in told.Values.Where(m => m.MessageId != message.MessageId))
        {
            (bounced.SendTime is null, bounced.BounceTime is not null, bounced.HardBounceTime, bounced.VerdictRevision).ShouldBe((true, true, bounced.BounceTime, 0));
        }
    }

    [Fact]
    public async Task Who_opts_out_of_sequences_may_not_be_written_to()
    {
        var sequences = await platform.SequencesAsync();
        var statuses = new StatusMatrixService.StatusMatrixServiceClient(sequences.Service.Channel);
        var address = platform.NewAddress();
        var (contact, other) = (await platform.CreateContactAsync(address), await platform.CreateContactAsync(platform.NewAddress()));
        await statuses.SetStatusAsync(new() { ContactId = contact, Status = SequenceStatus.OptedOut }, platform.Headers);
        await UntilAsync(async () => (await platform.CheckAsync(contact)).Block == SendBlock.Unsubscribed);
        (await platform.CheckAsync(other)).Sendable.ShouldBeTrue();
        await statuses.RemoveStatusAsync(new() { ContactId = contact, Status = SequenceStatus.OptedOut }, platform.Headers);
        await UntilAsync(async () => (await platform.AddressAsync(address)).Facts.Any(f => f.Kind == FactKind.Resubscribed));
    }

    [Fact]
    public async Task Each_of_several_who_opt_contacts_out_in_one_batch_is_named_for_their_own()
    {
        var headers = await platform.Contacts.FeedHeadersAsync(default);
        var feed = new V1.ChangesService.ChangesServiceClient(platform.Deliverability.Service.Channel);
        var (one, other) = (await platform.CreateContactAsync(platform.NewAddress()), await platform.CreateContactAsync(platform.NewAddress()));
        await platform.CheckAsync(one);
        await platform.CheckAsync(other);
        var position = (await feed.GetBacklogAsync(new(), headers)).LastPosition;
        await using (var scope = platform.Stores.Open(ContactsHost.Account))
        {
            var (services, db) = (scope.ServiceProvider, scope.ServiceProvider.GetRequiredService<DeliverabilityDbContext>());
            await using var transaction = await db.BeginBulkAsync(default);
            await new OptOuts(db, null!, services.GetRequiredService<AddressFactStore>()).ApplyAsync([Change(one, "ada"), Change(other, "eve")], default);
            await transaction.CommitAsync();
        }
        var told = new Dictionary<long, string>();
        using var call = feed.StreamChanges(new() { AfterPosition = position }, headers);
        while (told.Count < 2 && await call.ResponseStream.MoveNext(default))
        {
            foreach (var contact in call.ResponseStream.Current.DeliverabilityChanged?.Contacts.Where(c => c.ContactId == one || c.ContactId == other) ?? [])
            {
                told[contact.ContactId] = call.ResponseStream.Current.Actor.Subject;
            }
        }
        told.ShouldBe(new Dictionary<long, string> { [one] = "ada", [other] = "eve" }, ignoreOrder: true);

        static SequencesChange Change(long contact, string actor) =>
            new() { Actor = new() { Subject = actor }, StatusesChanged = new() { Contacts = { new ContactStatus { ContactId = contact, OptedOut = true, OptOutTime = Timestamp.FromDateTime(Now) } } } };
    }

    [Fact]
    public void Webhooks_are_told_in_words()
    {
        var change = new SequencesChange
        {
            AccountId = 1, ChangeTime = Timestamp.FromDateTime(Now), Actor = new() { Subject = "ada" },
            StatusesChanged = new()
            {
                Enrollments = { new EnrollmentState { EnrollmentId = 5, SequenceId = 7, ContactId = 9, Version = 2, From = new() { Status = EnrollmentStatus.Active }, Standing = new() { Status = EnrollmentStatus.OutOfOffice, RepliedBySms = true, Opened = true }, Cause = EnrollmentChangeCause.Reply } },
                Contacts = { new ContactStatus { ContactId = 9, OptedOut = true, EngagementStatus = EngagementStatus.DoNotContact, Version = 4 }, new ContactStatus { ContactId = 10 } },
                FromContacts = { new ContactStatus { ContactId = 9, CallStatus = CallStatus.ToCall, EngagementStatus = EngagementStatus.Working }, new ContactStatus { ContactId = 10 } },
            },
        };
        var notes = SequenceNotes.Of(change).ToList();
        notes.Select(n => (n.Type, n.OrderKey)).ShouldBe([(WebhookEventType.SequenceStatusChanged, 9L), (WebhookEventType.SequenceContactChanged, 9), (WebhookEventType.EngagementStatusChanged, 9)]);
        notes[0].Data.EnrollmentChange.ShouldBe(new WebhookEnrollmentChange { SequenceId = 7, EnrollmentId = 5, Version = 2, FromStatuses = { "ACTIVE" }, Statuses = { "OUT_OF_OFFICE", "REPLIED", "OPENED" }, Cause = "REPLY" });
        notes[1].Data.SequenceContactChange.ShouldBe(new WebhookSequenceContactChange { OptedOut = true, FromCallStatus = "TO_CALL", Version = 4 });
        notes[2].Data.EngagementChange.ShouldBe(new WebhookEngagementChange { FromStatus = "WORKING", Status = "DO_NOT_CONTACT", Version = 4 });
    }
}
