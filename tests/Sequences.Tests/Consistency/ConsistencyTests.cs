using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Tests.Consistency;

/// <summary>What is broken by hand in the database is found, counted, and put right.</summary>
[Collection("platform")]
public sealed class ConsistencyTests(PlatformFixture platform)
{
    private ConsistencyService.ConsistencyServiceClient Checks => new(platform.Sequences.Service.Channel);

    [Fact]
    public async Task What_does_not_hold_is_counted_and_put_right_and_then_all_of_it_holds()
    {
        var deliverability = await platform.DeliverabilityAsync();
        var sequence = (await platform.CreateSequenceAsync()).SequenceId;
        var (inactive, paused) = await platform.EnrolledAsync(sequence);
        var (deleted, left) = await platform.EnrolledAsync(sequence);
        var (optedOut, finished) = await platform.EnrolledAsync(sequence);
        var (bounced, bad) = await platform.EnrolledAsync(sequence);
        var (untold, _) = await platform.EnrolledAsync(sequence);
        var (unheard, stopped) = await platform.EnrolledAsync(sequence);
        var (dormant, halted) = await platform.EnrolledAsync(sequence);
        var (erased, gone) = await platform.EnrolledAsync(sequence);
        await platform.ContactService.SetRecordStateAsync(new() { ContactId = dormant, RecordState = RecordState.Inactive }, platform.Headers);
        await platform.ContactService.DeleteContactAsync(new() { ContactId = erased }, platform.Headers);
        await UntilAsync(async () => (await platform.EnrollmentAsync(halted)).Standing.Status == EnrollmentStatus.Paused && (await platform.EnrollmentAsync(gone)).Standing.Ended);
        await platform.Statuses.SetStatusAsync(new() { ContactId = untold, Status = SequenceStatus.OptedOut }, platform.Headers);
        await UntilAsync(async () => !await SendableAsync(untold) && await UnsubscribedAsync(untold));
        using (var call = new DeliveryEventService.DeliveryEventServiceClient(deliverability.Service.Channel).IngestEvents(platform.Headers))
        {
            var email = (await platform.ContactService.GetContactAsync(new() { ContactId = unheard }, platform.Headers)).Contact.Email;
            await call.RequestStream.WriteAsync(new() { Source = "relay", Events = { new DeliveryEventInput { EventKey = platform.NewName(), Kind = DeliveryEventKind.Unsubscribed, Address = email } } });
            await call.RequestStream.CompleteAsync();
            await call;
        }
        await UntilAsync(async () => (await StatusAsync(unheard)).OptedOut);

        await OwnStack.ExecuteAsync(platform.Sequences.Database, CancellationToken.None,
            $"UPDATE contact_statuses SET record_inactive = true WHERE contact_id = {inactive}",
            $"UPDATE contact_statuses SET record_inactive = false WHERE contact_id = {dormant}",
            $"UPDATE enrollments SET status = 1 WHERE enrollment_id = {halted}",
            $"UPDATE contact_statuses SET deleted = false WHERE contact_id = {erased}",
            $"UPDATE enrollments SET end_time = NULL WHERE enrollment_id = {gone}",
            $"UPDATE contact_statuses SET deleted = true WHERE contact_id = {deleted}",
            $"UPDATE contact_statuses SET opted_out = true, opt_out_time = now() WHERE contact_id = {optedOut}",
            $"UPDATE enrollments SET flags = flags | 129 WHERE enrollment_id = {bad}",
            $"UPDATE contact_statuses SET opted_out = false, opt_out_time = NULL, engagement = 2 WHERE contact_id = {unheard}",
            $"UPDATE enrollments SET status = 1, finish_reason = 0 WHERE enrollment_id = {stopped}");
        await OwnStack.ExecuteAsync(deliverability.Database, CancellationToken.None,
            $"UPDATE addresses SET unsubscribed_time = NULL, contact_unsubscribed_time = NULL, status = 1 FROM contact_addresses c WHERE c.address_id = addresses.address_id AND c.contact_id = {untold}");

        var counts = (await CheckAsync()).Rules;
        counts.Select(r => r.Rule).ShouldBe(Enum.GetValues<ConsistencyRule>().Where(r => r != ConsistencyRule.Unspecified));
        counts.ShouldAllBe(r => r.ContactCount >= 1);
        await UntilAsync(async () =>
        {
            using var call = Checks.RepairConsistency(new(), platform.Headers);
            var last = (await call.ResponseStream.ReadAllAsync().ToListAsync())[^1];
            last.Complete.ShouldBeTrue();
            // Who has to be told of to others, and what others had told in this moment, takes longer.
            return last.Rules.All(r => r.ContactCount == 0);
        });

        // That its record is inactive was not so: Contacts knows better, and what is paused stays so or goes on.
        (await platform.AskAsync(db => db.ContactStatuses.AnyAsync(s => s.ContactId == inactive && s.RecordInactive))).ShouldBeFalse();
        (await platform.EnrollmentAsync(paused)).Standing.Status.ShouldBeOneOf(EnrollmentStatus.Paused, EnrollmentStatus.Active);
        (await platform.EnrollmentAsync(halted)).Standing.Status.ShouldBe(EnrollmentStatus.Paused);
        (await platform.EnrollmentAsync(gone)).Standing.Ended.ShouldBeTrue();
        (await platform.EnrollmentAsync(left)).Standing.Ended.ShouldBeTrue();
        (await platform.EnrollmentAsync(finished)).Standing.FinishReason.ShouldBe(FinishReason.OptedOut);
        (await StatusAsync(optedOut)).EngagementStatus.ShouldBe(EngagementStatus.DoNotContact);
        (await StatusAsync(bounced)).EngagementStatus.ShouldBe(EngagementStatus.BadEmail);
        ((await StatusAsync(unheard)).OptedOut, (await platform.EnrollmentAsync(stopped)).Standing.FinishReason).ShouldBe((true, FinishReason.OptedOut));
        await UntilAsync(async () => !await SendableAsync(untold) && !await SendableAsync(optedOut));
        await UntilAsync(async () => (await CheckAsync()).Rules.All(r => r.ContactCount == 0));
    }

    private async Task<CheckConsistencyResponse> CheckAsync()
    {
        using var call = Checks.CheckConsistency(new(), platform.Headers);
        var answers = await call.ResponseStream.ReadAllAsync().ToListAsync();
        (answers[^1].Complete, answers[^1].CheckedCount >= answers[^1].TotalCount).ShouldBe((true, true));
        return answers[^1];
    }

    private async Task<bool> SendableAsync(long contact) =>
        (await new SendabilityService.SendabilityServiceClient((await platform.DeliverabilityAsync()).Service.Channel).CheckSendableAsync(new() { ContactIds = { contact } }, platform.Headers)).Checks.Single().Sendable;

    private async Task<bool> UnsubscribedAsync(long contact) => (await platform.ContactService.GetContactAsync(new() { ContactId = contact }, platform.Headers)).Contact.UnsubscribedTime is not null;

    private async Task<ContactStatus> StatusAsync(long contact) => (await platform.Enrolling.GetContactStatusAsync(new() { ContactId = contact }, platform.Headers)).ContactStatus;
}
