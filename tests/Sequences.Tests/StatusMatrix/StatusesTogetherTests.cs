using ContactPlatform.Sequences.Tests.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;
using static ContactPlatform.Sequences.Tests.PlatformFixture;
using Status = ContactPlatform.Sequences.V1.SequenceStatus;

namespace ContactPlatform.Sequences.Tests.StatusMatrix;

/// <summary>Statuses of many contacts, or by many callers, set at once.</summary>
[Collection("platform")]
public sealed class StatusesTogetherTests(PlatformFixture platform)
{
    /// <summary>They share transactions, and each gets its own answer.</summary>
    [Fact]
    public async Task Many_at_once_are_each_done_or_refused_as_if_alone()
    {
        var sequence = (await platform.CreateSequenceAsync(true, Made.Sequence(platform.NewName(), Made.Mail(3)))).SequenceId;
        var contacts = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => platform.EnrolledAsync(sequence)));
        var outside = await platform.CreateContactAsync();
        (long Contact, long Sequence, Status Status, string Refusal)[] asked =
        [
            .. contacts.Select((c, i) => (c.Item1, sequence, i % 3 == 0 ? Status.OptedOut : Status.Paused, "")),
            .. contacts.Take(4).Select(c => (c.Item1, sequence, Status.Called, "NO_SUCH_TRANSITION")),
            (outside, sequence, Status.Paused, "NOT_IN_SEQUENCE"), (contacts[1].Item1, long.MaxValue, Status.Paused, "SEQUENCE_NOT_FOUND"), (long.MaxValue, 0, Status.OptedOut, "CONTACT_NOT_FOUND"),
        ];
        var answers = await Task.WhenAll(asked.Select(async a =>
        {
            try
            {
                return (Token: (await platform.SetAsync(a.Contact, a.Sequence, a.Status)).ChangeToken, Refusal: "");
            }
            catch (RpcException e)
            {
                return (Token: "", Refusal: e.Reason() ?? e.Message);
            }
        }));
        answers.Select(a => a.Refusal).ShouldBe(asked.Select(a => a.Refusal));
        answers.Zip(asked).Where(p => p.Second.Refusal.Length == 0).ShouldAllBe(p => p.First.Token.Length > 0);
        foreach (var (contact, enrollment) in contacts)
        {
            var history = (await platform.Enrolling.ListEnrollmentChangesAsync(new() { EnrollmentId = enrollment }, platform.Headers)).EnrollmentChanges;
            history.Count.ShouldBe(2, $"contact {contact}");
        }
        // The same contact by many at once: one changes it, and the others find it changed.
        var tokens = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (await platform.RemoveAsync(contacts[1].Item1, sequence, Status.Paused)).ChangeToken));
        tokens.Count(t => t.Length > 0).ShouldBe(1);
    }

    [Fact]
    public async Task A_batch_says_of_each_what_became_of_it_and_is_one_change_of_the_feed()
    {
        var sequence = await platform.CreateSequenceAsync();
        var (active, first) = await platform.EnrolledAsync(sequence.SequenceId);
        var (paused, _) = await platform.EnrolledAsync(sequence.SequenceId);
        await platform.SetAsync(paused, sequence.SequenceId, Status.Paused);
        var (finished, _) = await platform.EnrolledAsync(sequence.SequenceId);
        await platform.SetAsync(finished, sequence.SequenceId, Status.Finished);
        var stranger = await platform.CreateContactAsync();
        var reply = await platform.Statuses.BatchSetStatusAsync(new() { ContactIds = { stranger, finished, paused, active, active }, SequenceId = sequence.SequenceId, Status = Status.Paused }, platform.Headers);
        reply.Results.Select(r => (r.ContactId, r.Changed, r.Reason)).ShouldBe([(active, true, ""), (paused, false, ""), (finished, false, "NO_SUCH_TRANSITION"), (stranger, false, "NOT_IN_SEQUENCE")]);
        (await MalformedAsync(async () => await platform.Statuses.BatchSetStatusAsync(new() { ContactIds = { active }, SequenceId = sequence.SequenceId, Status = Status.Active, BounceClearance = new() { NewEmail = "a@b.example", Resend = false } }, platform.Headers)))
            .ShouldBe(["bounce_clearance.new_email"]);
        await RefusedAsync(StatusCode.NotFound, "SEQUENCE_NOT_FOUND", async () => await platform.Statuses.BatchSetStatusAsync(new() { ContactIds = { active }, SequenceId = long.MaxValue, Status = Status.Paused }, platform.Headers));

        using var feed = new ContactPlatform.Sequences.V1.ChangesService.ChangesServiceClient(platform.Sequences.Service.Channel).StreamChanges(new(), await platform.Contacts.FeedHeadersAsync(default));
        while (await feed.ResponseStream.MoveNext(default) && feed.ResponseStream.Current.Position != reply.ChangeToken)
        {
        }
        var told = feed.ResponseStream.Current.StatusesChanged.Enrollments.Single();
        (told.EnrollmentId, told.ContactId, told.Version, told.Standing.Status, told.Cause).ShouldBe((first, active, 2, EnrollmentStatus.Paused, EnrollmentChangeCause.Api));
    }

    [Fact]
    public async Task Many_who_set_the_same_contact_leave_a_history_without_a_gap()
    {
        var sequence = await platform.CreateSequenceAsync();
        var (contact, enrollment) = await platform.EnrolledAsync(sequence.SequenceId);
        Status[] wanted = [Status.Paused, Status.Active, Status.ToCall, Status.OutOfOffice];
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            try
            {
                await platform.SetAsync(contact, sequence.SequenceId, wanted[i % wanted.Length]);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
            {
                // Another was there first, and from there the table has no way.
            }
        }));
        (await platform.HistoryAsync(enrollment)).Count.ShouldBeGreaterThan(1);
    }
}
