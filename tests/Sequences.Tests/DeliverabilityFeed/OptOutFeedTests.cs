using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.Testing;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Tests.DeliverabilityFeed;

/// <summary>Opting out here and unsubscribing there are one fact.</summary>
[Collection("platform")]
public sealed class OptOutFeedTests(PlatformFixture platform)
{
    private readonly MailFeedCaller caller = new(platform);

    [Fact]
    public async Task Who_opts_out_here_is_sent_nothing_by_anybody_and_both_fall_silent()
    {
        var deliverability = await platform.DeliverabilityAsync();
        var sequence = await platform.CreateSequenceAsync();
        var (contact, enrollment) = await platform.EnrolledAsync(sequence.SequenceId);
        await caller.SetOptedOutAsync(contact, remove: false);
        await UntilAsync(async () => (await caller.BlocksAsync(contact)).Contains(SendBlock.Unsubscribed));
        // Contacts takes it over, as any unsubscribing.
        await UntilAsync(async () => (await caller.ContactAsync(contact)).UnsubscribedTime is not null);
        (await platform.EnrollmentAsync(enrollment)).Standing.FinishReason.ShouldBe(FinishReason.OptedOut);
        // That it unsubscribes as well, later, is no other state: the later time is kept.
        var before = (await caller.StatusAsync(contact)).OptOutTime;
        using (var call = new DeliveryEventService.DeliveryEventServiceClient(deliverability.Service.Channel).IngestEvents(platform.Headers))
        {
            await call.RequestStream.WriteAsync(new() { Source = "relay", Events = { new DeliveryEventInput { EventKey = platform.NewName(), Kind = DeliveryEventKind.Unsubscribed, Address = (await caller.ContactAsync(contact)).Email } } });
            await call.RequestStream.CompleteAsync();
            await call;
        }
        await UntilAsync(async () => (await caller.StatusAsync(contact)).OptOutTime > before);
        await caller.SetOptedOutAsync(contact, remove: true);
        await UntilAsync(async () => !(await caller.BlocksAsync(contact)).Contains(SendBlock.Unsubscribed));
        // Writing to it again is for Contacts to allow, with a reason.
        (await caller.BlocksAsync(contact)).ShouldBe([SendBlock.ContactUnsubscribed]);
        (await caller.StatusAsync(contact)).OptedOut.ShouldBeFalse();
        await caller.SettleAsync();
        (await CountAsync(contact)).ShouldBe(3);
        await caller.ReplayAsync();
        (await caller.StatusAsync(contact)).OptedOut.ShouldBeFalse();
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
        await caller.IngestAsync(await caller.SendAsync(sequence, contact, enrollment), DeliveryEventKind.Unsubscribed);
        await UntilAsync(async () => (await caller.StatusAsync(contact)).OptedOut);
        var status = await caller.StatusAsync(contact);
        status.EngagementStatus.ShouldBe(EngagementStatus.DoNotContact);
        (await platform.EnrollmentAsync(enrollment)).Standing.FinishReason.ShouldBe(FinishReason.OptedOut);
        (await platform.EnrollAsync((await platform.CreateSequenceAsync()).SequenceId, contact)).Results.Single().Reason.ShouldBe("OPTED_OUT");
        await UntilAsync(async () => (await caller.ContactAsync(contact)).UnsubscribedTime is not null);
        await new ConsentService.ConsentServiceClient(platform.Contacts.Service.Channel).ResubscribeContactAsync(new() { ContactId = contact, Reason = "asked for it" }, platform.Headers);
        await UntilAsync(async () => !(await caller.StatusAsync(contact)).OptedOut);
        (await caller.BlocksAsync(contact)).ShouldBeEmpty();
        // Removing it resumes nothing.
        (await platform.EnrollmentAsync(enrollment)).Standing.Status.ShouldBe(EnrollmentStatus.Finished);
        (await platform.EnrollmentAsync(bystander.EnrollmentId)).Version.ShouldBe(1);
    }
}
