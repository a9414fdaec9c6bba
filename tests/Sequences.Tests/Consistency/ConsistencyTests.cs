using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.Testing;

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
        await platform.Statuses.SetStatusAsync(new() { ContactId = untold, Status = SequenceStatus.OptedOut }, platform.Headers);
        await PlatformFixture.UntilAsync(async () => !await SendableAsync(untold) && await UnsubscribedAsync(untold));
        using (var call = new DeliveryEventService.DeliveryEventServiceClient(deliverability.Service.Channel).IngestEvents(platform.Headers))
        {
            var email = (await platform.ContactService.GetContactAsync(new() { ContactId = unheard }, platform.Headers)).Contact.Email;
            await call.RequestStream.WriteAsync(new() { Source = "relay", Events = { new DeliveryEventInput { EventKey = platform.NewName(), Kind = DeliveryEventKind.Unsubscribed, Address = email } } });
            await call.RequestStream.CompleteAsync();
            await call;
        }
        await PlatformFixture.UntilAsync(async () => (await StatusAsync(unheard)).OptedOut);

        await OwnStack.ExecuteAsync(platform.Sequences.Database, CancellationToken.None,
            $"UPDATE contact_statuses SET record_inactive = true WHERE contact_id = {inactive}",
            $"UPDATE contact_statuses SET deleted = true WHERE contact_id = {deleted}",
            $"UPDATE contact_statuses SET opted_out = true, opt_out_time = now() WHERE contact_id = {optedOut}",
            $"UPDATE enrollments SET flags = flags | 129 WHERE enrollment_id = {bad}",
            $"UPDATE contact_statuses SET opted_out = false, opt_out_time = NULL, engagement = 2 WHERE contact_id = {unheard}",
            $"UPDATE enrollments SET status = 1, finish_reason = 0 WHERE enrollment_id = {stopped}");
        await OwnStack.ExecuteAsync(deliverability.Database, CancellationToken.None,
            $"UPDATE addresses SET unsubscribed_time = NULL, contact_unsubscribed_time = NULL, status = 1 FROM contact_addresses c WHERE c.address_id = addresses.address_id AND c.contact_id = {untold}");

        var counts = (await Checks.CheckConsistencyAsync(new(), platform.Headers)).Rules;
        counts.Select(r => r.Rule).ShouldBe(Enum.GetValues<ConsistencyRule>().Where(r => r != ConsistencyRule.Unspecified));
        counts.ShouldAllBe(r => r.ContactCount >= 1);
        var repaired = (await Checks.RepairConsistencyAsync(new(), platform.Headers)).Rules;
        repaired.Count(r => r.ContactCount > 0).ShouldBeGreaterThanOrEqualTo(5);

        (await platform.EnrollmentAsync(paused)).Standing.Status.ShouldBe(EnrollmentStatus.Paused);
        (await platform.EnrollmentAsync(left)).Standing.Ended.ShouldBeTrue();
        (await platform.EnrollmentAsync(finished)).Standing.FinishReason.ShouldBe(FinishReason.OptedOut);
        (await StatusAsync(optedOut)).EngagementStatus.ShouldBe(EngagementStatus.DoNotContact);
        (await StatusAsync(bounced)).EngagementStatus.ShouldBe(EngagementStatus.BadEmail);
        ((await StatusAsync(unheard)).OptedOut, (await platform.EnrollmentAsync(stopped)).Standing.FinishReason).ShouldBe((true, FinishReason.OptedOut));
        await PlatformFixture.UntilAsync(async () => !await SendableAsync(untold) && !await SendableAsync(optedOut));
        await PlatformFixture.UntilAsync(async () => (await Checks.CheckConsistencyAsync(new(), platform.Headers)).Rules.All(r => r.ContactCount == 0));
    }

    private async Task<bool> SendableAsync(long contact) =>
        (await new SendabilityService.SendabilityServiceClient((await platform.DeliverabilityAsync()).Service.Channel).CheckSendableAsync(new() { ContactIds = { contact } }, platform.Headers)).Checks.Single().Sendable;

    private async Task<bool> UnsubscribedAsync(long contact) => (await platform.ContactService.GetContactAsync(new() { ContactId = contact }, platform.Headers)).Contact.UnsubscribedTime is not null;

    private async Task<ContactStatus> StatusAsync(long contact) => (await platform.Enrolling.GetContactStatusAsync(new() { ContactId = contact }, platform.Headers)).ContactStatus;
}
