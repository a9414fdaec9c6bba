using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.DeliverabilityFeed;
using ContactPlatform.Sequences.V1;
using ContactPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Tests.DeliverabilityFeed;

/// <summary>Sends mails of steps, tells what became of them, and looks at what Sequences, Contacts and Deliverability make of it.</summary>
internal sealed class MailFeedCaller(PlatformFixture platform)
{
    private static int keys;

    /// <summary>Sends what the first step of an enrolment would, and waits for what became of it.</summary>
    public async Task<long> SendAsync(Sequence sequence, long contact, long enrollment)
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

    /// <summary>Tells what happened to a message.</summary>
    public async Task IngestAsync(long message, DeliveryEventKind kind, string diagnostic = "")
    {
        using var call = new DeliveryEventService.DeliveryEventServiceClient((await platform.DeliverabilityAsync()).Service.Channel).IngestEvents(platform.Headers);
        await call.RequestStream.WriteAsync(new() { Source = "relay", Events = { new DeliveryEventInput { EventKey = $"{Interlocked.Increment(ref keys)}", Kind = kind, MessageId = message, Diagnostic = diagnostic } } });
        await call.RequestStream.CompleteAsync();
        (await call).StoredCount.ShouldBe(1);
    }

    /// <summary>Waits until an enrolment stands so.</summary>
    public Task UntilAsync(long enrollment, Func<EnrollmentStanding, bool> holds) => CallChecks.UntilAsync(async () => holds((await platform.EnrollmentAsync(enrollment)).Standing));

    /// <summary>How a contact stands.</summary>
    public async Task<ContactStatus> StatusAsync(long contact) => (await platform.Enrolling.GetContactStatusAsync(new() { ContactId = contact }, platform.Headers)).ContactStatus;

    /// <summary>A contact as Contacts knows it.</summary>
    public async Task<Contact> ContactAsync(long contact) => (await platform.ContactService.GetContactAsync(new() { ContactId = contact }, platform.Headers)).Contact;

    /// <summary>What keeps a contact from being written to.</summary>
    public async Task<List<SendBlock>> BlocksAsync(long contact) =>
        [.. (await new SendabilityService.SendabilityServiceClient((await platform.DeliverabilityAsync()).Service.Channel).ExplainSendabilityAsync(new() { ContactId = contact }, platform.Headers)).Blocks.Select(b => b.Block)];

    /// <summary>Opts a contact out by hand, or takes that back.</summary>
    public async Task SetOptedOutAsync(long contact, bool remove)
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
    public async Task ReplayAsync()
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
    public async Task SettleAsync()
    {
        var (deliverability, headers) = (await platform.DeliverabilityAsync(), await platform.Contacts.FeedHeadersAsync(CancellationToken.None));
        await CallChecks.UntilAsync(async () => (await new Deliverability.V1.ChangesService.ChangesServiceClient(deliverability.Service.Channel).GetBacklogAsync(new() { AfterPosition = await PositionAsync() }, headers)).ChangeCount == 0);
    }
}
