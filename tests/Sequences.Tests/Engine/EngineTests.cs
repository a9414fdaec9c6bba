using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.Tests.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using static ContactPlatform.Sequences.Tests.PlatformFixture;

namespace ContactPlatform.Sequences.Tests.Engine;

/// <summary>Contacts on their way through steps; a day takes a second.</summary>
[Collection("platform")]
public sealed class EngineTests(PlatformFixture platform)
{
    [Fact]
    public async Task Contacts_get_each_step_once_and_who_lacks_something_is_held_back()
    {
        var bed = await platform.EngineAsync();
        var sequence = await bed.CreateAsync(true, null, Made.Mail(text: "first"), Made.Call(1), Made.Mail(2));
        var (done, lacking, long1) = (await platform.CreateContactAsync(), await platform.CreateContactAsync(), await platform.CreateContactAsync());
        var ids = await bed.EnrollAsync(sequence.SequenceId, done, lacking, long1);
        foreach (var (contact, enrollment) in new[] { done, lacking, long1 }.Zip(ids))
        {
            var task = await bed.TaskAsync(sequence.SequenceId, enrollment);
            (await bed.ContactAsync(contact)).ShouldSatisfyAllConditions(s => s.CallStatus.ShouldBe(CallStatus.ToCall), s => s.EngagementStatus.ShouldBe(EngagementStatus.Working), s => s.FirstWorkingTime.ShouldNotBeNull());
            // Behind the mail, and waiting for nothing but the call.
            (await bed.GetAsync(enrollment)).ShouldSatisfyAllConditions(e => e.LastStepId.ShouldBe(sequence.Steps[0].StepId), e => e.DueTime.ShouldBeNull(), e => e.Standing.Status.ShouldBe(EnrollmentStatus.Active));
            if (contact == lacking)
            {
                await platform.ContactService.UpdateContactAsync(new() { Contact = new() { ContactId = lacking }, UpdateMask = new() { Paths = { "given_name" } } }, bed.Headers);
            }
            await bed.Tasks.CompleteTaskAsync(new() { TaskId = task.TaskId, CallOutcome = CallOutcome.Reached }, bed.Headers);
            (await bed.ContactAsync(contact)).CallStatus.ShouldBe(CallStatus.Called);
        }
        await bed.UntilAsync(EnrollmentStatus.Finished, ids[0], ids[2]);
        await bed.UntilAsync(EnrollmentStatus.MissingData, ids[1]);
        (await bed.CausesAsync(ids[0])).ShouldBe([EnrollmentChangeCause.Enrolled, EnrollmentChangeCause.Step]);
        (await bed.CausesAsync(ids[1])).ShouldBe([EnrollmentChangeCause.Enrolled, EnrollmentChangeCause.MissingData]);
        (await bed.ContactAsync(done)).EngagementStatus.ShouldBe(EngagementStatus.Unresponsive);
        (await bed.ContactAsync(lacking)).EngagementStatus.ShouldBe(EngagementStatus.Working);
        await UntilAsync(async () => (await bed.MailsAsync(done)).Count == 2);
        (await bed.MailsAsync(done))[1].ShouldContain("Hello Ada");
        (await bed.MailsAsync(lacking)).Count.ShouldBe(1);

        // What is mended goes on.
        await platform.ContactService.UpdateContactAsync(new() { Contact = new() { ContactId = lacking, GivenName = "Eve" }, UpdateMask = new() { Paths = { "given_name" } } }, bed.Headers);
        await bed.Statuses.SetStatusAsync(new() { ContactId = lacking, SequenceId = sequence.SequenceId, Status = SequenceStatus.Active }, bed.Headers);
        await bed.UntilAsync(EnrollmentStatus.Finished, ids[1]);
        await UntilAsync(async () => (await bed.MailsAsync(lacking)).Count == 2);
        (await bed.AskAsync(db => db.StepSends.Where(s => ids.Contains(s.EnrollmentId)).Join(db.Dispatches, s => s.DispatchId, d => d.DispatchId, (s, d) => new { s.EnrollmentId, d.StepId }).Distinct().CountAsync())).ShouldBe(6);
        (await bed.AskAsync(db => db.StepSends.CountAsync(s => ids.Contains(s.EnrollmentId)))).ShouldBe(6);
    }

    [Fact]
    public async Task Whom_Deliverability_refuses_is_held_back_and_the_others_get_theirs()
    {
        var bed = await platform.EngineAsync();
        var mail = Made.Mail();
        mail.AutomaticEmail.Variants[0].Subject = string.Concat(Enumerable.Repeat("{{family_name}}", 5));
        var sequence = await bed.CreateAsync(false, null, mail);
        var (fine, tooLong, odd) = (await platform.CreateContactAsync(c => c.FamilyName = "Lovelace"), await platform.CreateContactAsync(c => c.FamilyName = new string('x', 100)),
            await platform.CreateContactAsync(c => (c.Email, c.FamilyName) = ($"jürgen{platform.NewName().Replace(" ", "", StringComparison.Ordinal)}@example.com", "Müller")));
        var ids = await bed.EnrollAsync(sequence.SequenceId, fine, tooLong, odd);
        await bed.Sequencing.ActivateSequenceAsync(new() { SequenceId = sequence.SequenceId }, bed.Headers);
        await bed.UntilAsync(EnrollmentStatus.MissingData, ids[1], ids[2]);
        await bed.UntilAsync(EnrollmentStatus.Finished, ids[0]);
        await UntilAsync(async () => (await bed.MailsAsync(fine)).Count == 1);
        (await bed.AskAsync(db => db.StepSends.Where(s => ids.Contains(s.EnrollmentId)).Select(s => s.EnrollmentId).SingleAsync())).ShouldBe(ids[0]);
        (await bed.ContactAsync(odd)).FirstWorkingTime.ShouldBeNull();
    }

    [Fact]
    public async Task A_sequence_that_stands_still_keeps_everybody_waiting()
    {
        var bed = await platform.EngineAsync();
        var sequence = await bed.CreateAsync(false, null, Made.Mail());
        var (one, other) = (await platform.CreateContactAsync(), await platform.CreateContactAsync());
        var ids = await bed.EnrollAsync(sequence.SequenceId, one, other);
        await UntilAsync(async () => (await bed.GetAsync(ids[1])).DueTime is null);
        (await bed.GetAsync(ids[0])).Standing.Status.ShouldBe(EnrollmentStatus.Active);
        // Paused and resumed meanwhile, it waits all the same.
        foreach (var status in new[] { SequenceStatus.Paused, SequenceStatus.Active })
        {
            await bed.Statuses.SetStatusAsync(new() { ContactId = other, SequenceId = sequence.SequenceId, Status = status }, bed.Headers);
        }
        await UntilAsync(async () => (await bed.GetAsync(ids[1])).DueTime is null);
        (await bed.MailsAsync(one)).ShouldBeEmpty();
        await bed.Sequencing.ActivateSequenceAsync(new() { SequenceId = sequence.SequenceId }, bed.Headers);
        await bed.UntilAsync(EnrollmentStatus.Finished, ids);
        await UntilAsync(async () => await bed.AskAsync(db => db.Sequences.AllAsync(s => s.SequenceId != sequence.SequenceId || s.ParkTime == null)));
    }

    [Fact]
    public async Task A_sender_sends_no_more_a_day_than_its_sequence_allows_and_who_is_away_comes_back()
    {
        var bed = await platform.EngineAsync();
        var sender = $"limited{platform.NewName().Replace(" ", "", StringComparison.Ordinal)}@example.com";
        var sequences = new List<Sequence>();
        for (var i = 0; i < 2; i++)
        {
            sequences.Add(await bed.CreateAsync(true, s => (s.Settings.DailyLimit, s.Settings.FromEmail) = (2, sender), Made.Mail(0.1)));
        }
        var (enrollments, contacts) = (new List<long>(), new List<long>());
        for (var i = 0; i < 5; i++)
        {
            contacts.Add(await platform.CreateContactAsync());
            enrollments.AddRange(await bed.EnrollAsync(sequences[i % 2].SequenceId, contacts[i]));
        }
        await bed.Statuses.SetStatusAsync(new() { ContactId = contacts[4], SequenceId = sequences[0].SequenceId, Status = SequenceStatus.OutOfOffice, OutOfOfficeDays = 1 }, bed.Headers);
        await bed.UntilAsync(EnrollmentStatus.Finished, enrollments);
        (await bed.CausesAsync(enrollments[4])).ShouldBe([EnrollmentChangeCause.Enrolled, EnrollmentChangeCause.Api, EnrollmentChangeCause.Resumed, EnrollmentChangeCause.Step]);
        var times = await bed.AskAsync(db => db.StepSends.Where(s => enrollments.Contains(s.EnrollmentId)).Join(db.Dispatches, s => s.DispatchId, d => d.DispatchId, (s, d) => d.ReserveTime).ToListAsync());
        times.Count.ShouldBe(5);
        times.GroupBy(t => t.Date).Select(g => g.Count()).ShouldAllBe(count => count <= 2);
    }

    /// <summary>Deliverability does not answer; another takes the reservation over, the sequence changes, and one of the contacts is merged away.</summary>
    [Fact]
    public async Task Two_who_have_the_same_reservation_send_it_once()
    {
        var bed = await platform.EngineAsync();
        var sequence = await bed.CreateAsync(false, null, Made.Mail(text: "old words"));
        var (one, merged, survivor) = (await platform.CreateContactAsync(), await platform.CreateContactAsync(), await platform.CreateContactAsync());
        var ids = await bed.EnrollAsync(sequence.SequenceId, one, merged);
        await UntilAsync(async () => (await bed.GetAsync(ids[1])).DueTime is null);
        bed.Deliverability.Service.Process.Suspend();
        try
        {
            await bed.Sequencing.ActivateSequenceAsync(new() { SequenceId = sequence.SequenceId }, bed.Headers);
            await UntilAsync(async () => await bed.AskAsync(db => db.StepSends.CountAsync(s => ids.Contains(s.EnrollmentId))) == 2);
            var changed = (await bed.Sequencing.GetSequenceAsync(new() { SequenceId = sequence.SequenceId }, bed.Headers)).Sequence;
            changed.Steps[0].AutomaticEmail.Variants[0].Text = "new words";
            await bed.Sequencing.UpdateSequenceAsync(new() { Sequence = changed, UpdateMask = new() { Paths = { "steps" } } }, bed.Headers);
            await bed.AskAsync(db => db.Dispatches.Where(d => d.SequenceId == sequence.SequenceId).ExecuteUpdateAsync(set => set.SetProperty(d => d.LeaseTime, DateTime.UnixEpoch)));
            await UntilAsync(async () => await bed.AskAsync(db => db.Dispatches.Where(d => d.SequenceId == sequence.SequenceId).Select(d => d.Epoch).SingleAsync()) == 2);
            await new ContactMergeService.ContactMergeServiceClient(platform.Contacts.Service.Channel).MergeContactsAsync(new() { SurvivorContactId = survivor, MergedContactId = merged, RequestId = platform.NewName() }, bed.Headers);
            await UntilAsync(async () => (await bed.GetAsync(ids[1])).ContactId == survivor);
        }
        finally
        {
            bed.Deliverability.Service.Process.Resume();
        }
        await bed.UntilAsync(EnrollmentStatus.Finished, ids);
        await UntilAsync(async () => (await bed.MailsAsync(one)).Count + (await bed.MailsAsync(survivor)).Count >= 2);
        (await bed.MailsAsync(one)).Single().ShouldContain("old words");
        (await bed.MailsAsync(survivor)).Single().ShouldContain("new words");
    }
}
