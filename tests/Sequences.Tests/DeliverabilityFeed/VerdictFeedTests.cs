using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.Testing;

namespace ContactPlatform.Sequences.Tests.DeliverabilityFeed;

/// <summary>What Deliverability makes of an address or a failure, and that it may think otherwise later.</summary>
[Collection("platform")]
public sealed class VerdictFeedTests(PlatformFixture platform)
{
    private readonly MailFeedCaller caller = new(platform);

    [Fact]
    public async Task A_mail_that_the_gate_keeps_from_an_address_that_does_not_exist_has_bounced_and_any_other_has_not()
    {
        var deliverability = await platform.DeliverabilityAsync();
        var sequence = await platform.CreateSequenceAsync();
        var ((gone, bad), (complainer, kept)) = (await platform.EnrolledAsync(sequence.SequenceId), await platform.EnrolledAsync(sequence.SequenceId));
        // What is told of addresses and not of a sequence's mails moves nobody.
        await TellAsync(gone, DeliveryEventKind.Failed, "550 5.1.1 no such user");
        await TellAsync(complainer, DeliveryEventKind.Complained);
        await caller.SettleAsync();
        (await platform.EnrollmentAsync(bad)).Version.ShouldBe(1);
        await caller.SendAsync(sequence, complainer, kept);
        await caller.SendAsync(sequence, gone, bad);
        await caller.UntilAsync(bad, s => s.Bounced);
        ((await platform.EnrollmentAsync(bad)).Standing.Contacted, (await caller.StatusAsync(gone)).EngagementStatus).ShouldBe((false, EngagementStatus.BadEmail));
        ((await platform.EnrollmentAsync(kept)).Version, (await caller.StatusAsync(complainer)).EngagementStatus).ShouldBe((1, EngagementStatus.Enrolled));

        async Task TellAsync(long contact, DeliveryEventKind kind, string diagnostic = "")
        {
            using var call = new DeliveryEventService.DeliveryEventServiceClient(deliverability.Service.Channel).IngestEvents(platform.Headers);
            await call.RequestStream.WriteAsync(new() { Source = "relay", Events = { new DeliveryEventInput { EventKey = platform.NewName(), Kind = kind, Address = (await caller.ContactAsync(contact)).Email, Diagnostic = diagnostic } } });
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
            var message = await caller.SendAsync(sequence, contact, enrollment);
            await caller.UntilAsync(enrollment, s => s.Contacted);
            if (enrollment == set)
            {
                await platform.Statuses.SetStatusAsync(new() { SequenceId = sequence.SequenceId, ContactId = contact, Status = SequenceStatus.Bounced }, platform.Headers);
            }
            // As older rules had it.
            await caller.IngestAsync(message, DeliveryEventKind.Failed, "550 5.1.1 no such user");
            await UntilAsync(async () => (await caller.StatusAsync(contact)).EngagementStatus == EngagementStatus.BadEmail);
            await using var connection = await deliverability.Database.OpenAsync(default);
            await using var command = connection.CreateCommand();
            command.CommandText = $"UPDATE delivery_events SET diagnostic = '{diagnostic}', enhanced_code = '', rule_id = 'old' WHERE message_id = {message} AND kind = {(int)DeliveryEventKind.Failed}";
            (await command.ExecuteNonQueryAsync()).ShouldBe(1);
        }
        var replay = await EndAsync((await classification.ReplayClassificationAsync(new() { RequestId = platform.NewName() }, platform.Headers)).ClassificationReplay);
        await UntilAsync(async () => (await caller.StatusAsync(byHand)).EngagementStatus == EngagementStatus.Working);
        await caller.SettleAsync();
        // A full mailbox is a bounce, what the sender is to blame for is none, and what somebody has set stays.
        (await BouncedAsync()).ShouldBe((true, false, true));
        ((await caller.StatusAsync(full)).EngagementStatus, (await caller.StatusAsync(policy)).EngagementStatus).ShouldBe((EngagementStatus.Working, EngagementStatus.Working));
        await caller.ReplayAsync();
        (await BouncedAsync()).ShouldBe((true, false, true));

        await EndAsync((await classification.UndoClassificationReplayAsync(new() { ClassificationReplayId = replay.ClassificationReplayId, RequestId = platform.NewName() }, platform.Headers)).ClassificationReplay);
        foreach (var contact in (long[])[full, policy, byHand])
        {
            await UntilAsync(async () => (await caller.StatusAsync(contact)).EngagementStatus == EngagementStatus.BadEmail);
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
}
