using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Tests.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using static ContactPlatform.Sequences.Tests.PlatformFixture;
using Status = ContactPlatform.Sequences.V1.SequenceStatus;

namespace ContactPlatform.Sequences.Tests.StatusMatrix;

/// <summary>Statuses set and removed through the service; which of them may be is in <see cref="StatusTableTests"/>.</summary>
[Collection("platform")]
public sealed class StatusServiceTests(PlatformFixture platform)
{
    [Fact]
    public async Task The_matrix_is_served_as_the_grid_has_it()
    {
        const string Letters = "?y=dsvumx";
        var matrix = await platform.Statuses.GetTransitionMatrixAsync(new(), platform.Headers);
        foreach (var row in matrix.Rows)
        {
            row.Transitions.Select(t => t.Status).ShouldBe(Grid.Columns);
            row.Transitions.Select(t => Letters[(int)t.Rule]).ShouldBe(Grid.Columns.Select(t => Grid.Raw(row.Status, t)));
        }
        matrix.Rows.Select(r => r.Status).ShouldBe(Grid.Rows, ignoreOrder: true);
        matrix.Removals.Select(r => r.Status).ShouldBe([Status.Bounced, Status.OutOfOffice, Status.MissingData, Status.Paused, Status.Finished, Status.OptedOut, Status.Called, Status.ToCall], ignoreOrder: true);
    }

    [Fact]
    public async Task A_check_says_what_setting_does()
    {
        var sequence = await platform.CreateSequenceAsync();
        var (contact, _) = await platform.EnrolledAsync(sequence.SequenceId);
        foreach (var status in new[] { Status.Active, Status.Paused, Status.Active, Status.ToCall, Status.Finished })
        {
            var check = await platform.Statuses.CheckTransitionAsync(new() { ContactId = contact, SequenceId = sequence.SequenceId }, platform.Headers);
            check.Set.Select(c => c.Status).ShouldBe(Grid.Columns);
            foreach (var refused in check.Set.Where(c => !c.Allowed))
            {
                await RefusedAsync(StatusCode.FailedPrecondition, refused.Reason, () => SetAsync(contact, sequence.SequenceId, refused.Status));
            }
            foreach (var same in check.Set.Where(c => c.NoChange))
            {
                (await SetAsync(contact, sequence.SequenceId, same.Status)).ChangeToken.ShouldBeEmpty();
            }
            check.Set.Single(c => c.Status == status).Allowed.ShouldBeTrue();
            (await SetAsync(contact, sequence.SequenceId, status)).ContactStatus.ContactId.ShouldBe(contact);
        }
        var outside = await platform.Statuses.CheckTransitionAsync(new() { ContactId = contact }, platform.Headers);
        outside.Set.Where(c => c.Allowed).Select(c => c.Status).ShouldBe([Status.OptedOut]);
        outside.Set.First().Reason.ShouldBe("NOT_IN_SEQUENCE");
        await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", async () => await platform.Statuses.CheckTransitionAsync(new() { ContactId = long.MaxValue }, platform.Headers));
    }

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
                return (Token: (await SetAsync(a.Contact, a.Sequence, a.Status)).ChangeToken, Refusal: "");
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
        var tokens = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (await RemoveAsync(contacts[1].Item1, sequence, Status.Paused)).ChangeToken));
        tokens.Count(t => t.Length > 0).ShouldBe(1);
    }

    [Fact]
    public async Task Pausing_keeps_the_wait_and_history_has_each_change_once()
    {
        var sequence = await platform.CreateSequenceAsync(true, Made.Sequence(platform.NewName(), Made.Mail(3), Made.Call(1)));
        var (contact, enrollment) = await platform.EnrolledAsync(sequence.SequenceId);
        var due = (await platform.EnrollmentAsync(enrollment)).DueTime.ToDateTime();
        var paused = (await SetAsync(contact, sequence.SequenceId, Status.Paused)).Enrollment;
        (paused.DueTime, paused.Standing.Status).ShouldBe((null, EnrollmentStatus.Paused));
        var again = (await RemoveAsync(contact, sequence.SequenceId, Status.Paused)).Enrollment;
        (again.DueTime.ToDateTime() - due).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromMinutes(1));
        var away = (await platform.Statuses.SetStatusAsync(new() { ContactId = contact, SequenceId = sequence.SequenceId, Status = Status.OutOfOffice, OutOfOfficeDays = 7 }, platform.Headers)).Enrollment;
        (away.ResumeTime.ToDateTime() - Now).ShouldBeInRange(TimeSpan.FromDays(6.9), TimeSpan.FromDays(7));
        (await SetAsync(contact, sequence.SequenceId, Status.Active)).Enrollment.ResumeTime.ShouldBeNull();
        (await RemoveAsync(contact, sequence.SequenceId, Status.OutOfOffice)).ChangeToken.ShouldBeEmpty();
        await RefusedAsync(StatusCode.FailedPrecondition, "NO_SUCH_TRANSITION", () => RemoveAsync(contact, sequence.SequenceId, Status.Contacted));
        await RefusedAsync(StatusCode.FailedPrecondition, "NOTHING_DELIVERED", () => SetAsync(contact, sequence.SequenceId, Status.Replied));
        (await platform.HistoryAsync(enrollment)).Select(c => c.To.Status).ShouldBe([EnrollmentStatus.Active, EnrollmentStatus.Paused, EnrollmentStatus.Active, EnrollmentStatus.OutOfOffice, EnrollmentStatus.Active]);
        (await platform.HistoryAsync(enrollment))[^1].Cause.ShouldBe(EnrollmentChangeCause.Api);
    }

    [Fact]
    public async Task Opting_out_ends_every_enrolment_and_outlives_them()
    {
        var (one, other) = (await platform.CreateSequenceAsync(), await platform.CreateSequenceAsync());
        var (contact, first) = await platform.EnrolledAsync(one.SequenceId);
        var second = (await platform.EnrollAsync(other.SequenceId, contact)).Results.Single().EnrollmentId;
        await SetAsync(contact, other.SequenceId, Status.Finished);
        (await SetAsync(contact, one.SequenceId, Status.OptedOut)).ContactStatus.OptedOut.ShouldBeTrue();
        (await platform.EnrollmentAsync(first)).Standing.FinishReason.ShouldBe(FinishReason.OptedOut);
        (await platform.EnrollmentAsync(second)).Standing.FinishReason.ShouldBe(FinishReason.ByHand);
        (await platform.HistoryAsync(first))[^1].Cause.ShouldBe(EnrollmentChangeCause.OptOut);
        await RefusedAsync(StatusCode.FailedPrecondition, "NO_SUCH_TRANSITION", () => RemoveAsync(contact, one.SequenceId, Status.Finished));

        (await EngagementAsync(contact)).ShouldBe(EngagementStatus.DoNotContact);

        await platform.Enrolling.UnenrollContactsAsync(new() { SequenceId = one.SequenceId, ContactIds = { contact } }, platform.Headers);
        await platform.Enrolling.UnenrollContactsAsync(new() { SequenceId = other.SequenceId, ContactIds = { contact } }, platform.Headers);
        await RefusedAsync(StatusCode.FailedPrecondition, "NOT_IN_SEQUENCE", () => SetAsync(contact, one.SequenceId, Status.Paused));
        (await platform.Enrolling.GetContactStatusAsync(new() { ContactId = contact }, platform.Headers)).ContactStatus.OptedOut.ShouldBeTrue();
        (await RemoveAsync(contact, 0, Status.OptedOut)).ContactStatus.OptedOut.ShouldBeFalse();
        var history = (await platform.Enrolling.ListContactStatusChangesAsync(new() { ContactId = contact }, platform.Headers)).ContactStatusChanges;
        history.Select(h => (h.Version, h.To.OptedOut, h.To.EngagementStatus)).ShouldBe([(3L, false, EngagementStatus.Open), (2L, true, EngagementStatus.DoNotContact), (1L, false, EngagementStatus.Enrolled)]);
        await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", () => SetAsync(long.MaxValue, 0, Status.OptedOut));
        (await MalformedAsync(() => SetAsync(contact, 0, Status.Paused))).ShouldBe(["sequence_id"]);
    }

    [Fact]
    public async Task A_bounce_is_cleared_with_a_new_address_and_the_mail_is_next_again()
    {
        var sequence = await platform.CreateSequenceAsync();
        var (contact, enrollment) = await platform.EnrolledAsync(sequence.SequenceId);
        // As the engine will leave it: the mail and the call are done, and the mail was delivered.
        await platform.AskAsync(db => db.Enrollments.Where(e => e.EnrollmentId == enrollment)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.LastStepId, sequence.Steps[1].StepId)));
        await platform.ContactedAsync(enrollment);
        (await SetAsync(contact, sequence.SequenceId, Status.Bounced)).Enrollment.DueTime.ShouldBeNull();
        // The enrolment's alone.
        (await EngagementAsync(contact)).ShouldBe(EngagementStatus.Working);
        await RefusedAsync(StatusCode.FailedPrecondition, "BOUNCE_NOT_CLEARED", () => SetAsync(contact, sequence.SequenceId, Status.Active));
        (await MalformedAsync(async () => await platform.Statuses.SetStatusAsync(new() { ContactId = contact, SequenceId = sequence.SequenceId, Status = Status.Active, BounceClearance = new() { NewEmail = "no address" } }, platform.Headers)))
            .ShouldBe(["bounce_clearance.resend", "bounce_clearance.new_email"], ignoreOrder: true);
        var taken = $"{platform.NewName().Replace(' ', '.')}@taken.example";
        await platform.CreateContactAsync(c => c.Email = taken);
        (await MalformedAsync(() => ClearAsync(taken))).ShouldBe(["bounce_clearance.new_email"]);

        var email = $"{platform.NewName().Replace(' ', '.')}@new.example";
        var cleared = (await ClearAsync(email)).Enrollment;
        (cleared.Standing.Bounced, cleared.Standing.Status, cleared.LastStepId).ShouldBe((false, EnrollmentStatus.Active, 0));
        cleared.DueTime.ToDateTime().ShouldBe(cleared.ChangeTime.ToDateTime());
        (await platform.ContactService.GetContactAsync(new() { ContactId = contact }, platform.Headers)).Contact.Email.ShouldBe(email);
        (await SetAsync(contact, sequence.SequenceId, Status.Replied)).Enrollment.Standing.FinishReason.ShouldBe(FinishReason.Replied);
        (await SetAsync(contact, sequence.SequenceId, Status.Replied)).ChangeToken.ShouldBeEmpty();
        (await EngagementAsync(contact)).ShouldBe(EngagementStatus.Responded);
        await platform.HistoryAsync(enrollment);

        async Task<SetStatusResponse> ClearAsync(string address) => await platform.Statuses.SetStatusAsync(
            new() { ContactId = contact, SequenceId = sequence.SequenceId, Status = Status.Active, BounceClearance = new() { NewEmail = address, Resend = true } }, platform.Headers);
    }

    [Fact]
    public async Task Steps_that_are_added_let_a_finished_contact_go_on()
    {
        var sequence = await platform.CreateSequenceAsync(true, Made.Sequence(platform.NewName(), Made.Mail()));
        var (contact, enrollment) = await platform.EnrolledAsync(sequence.SequenceId);
        await platform.AskAsync(db => db.Enrollments.Where(e => e.EnrollmentId == enrollment).ExecuteUpdateAsync(set => set.SetProperty(e => e.LastStepId, sequence.Steps[0].StepId)));
        await SetAsync(contact, sequence.SequenceId, Status.Finished);
        await RefusedAsync(StatusCode.FailedPrecondition, "NO_STEPS_LEFT", () => RemoveAsync(contact, sequence.SequenceId, Status.Finished));
        var longer = sequence.Clone();
        longer.Steps.Add(Made.Call(2));
        await platform.Sequencing.UpdateSequenceAsync(new() { Sequence = longer, UpdateMask = new() { Paths = { "steps" } } }, platform.Headers);
        // Added steps reopen nobody by themselves.
        (await platform.EnrollmentAsync(enrollment)).Standing.Status.ShouldBe(EnrollmentStatus.Finished);
        (await SetAsync(contact, sequence.SequenceId, Status.Active)).Enrollment.Standing.Status.ShouldBe(EnrollmentStatus.Active);
    }

    [Fact]
    public async Task Missing_data_ends_when_the_contact_is_complete()
    {
        var sequence = await platform.CreateSequenceAsync();
        var (contact, enrollment) = await platform.EnrolledAsync(sequence.SequenceId, c => c.GivenName = "");
        (await RefusedAsync(StatusCode.FailedPrecondition, "VARIABLE_MISSING", () => SetAsync(contact, sequence.SequenceId, Status.Active))).Metadata["variables"].ShouldBe("given_name");
        await platform.ContactService.UpdateContactAsync(new() { Contact = new() { ContactId = contact, GivenName = "Grace" }, UpdateMask = new() { Paths = { "given_name" } } }, platform.Headers);
        var active = (await RemoveAsync(contact, sequence.SequenceId, Status.MissingData)).Enrollment;
        (active.Standing.Status, active.DueTime is not null).ShouldBe((EnrollmentStatus.Active, true));
        (await platform.HistoryAsync(enrollment)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_batch_says_of_each_what_became_of_it_and_is_one_change_of_the_feed()
    {
        var sequence = await platform.CreateSequenceAsync();
        var (active, first) = await platform.EnrolledAsync(sequence.SequenceId);
        var (paused, _) = await platform.EnrolledAsync(sequence.SequenceId);
        await SetAsync(paused, sequence.SequenceId, Status.Paused);
        var (finished, _) = await platform.EnrolledAsync(sequence.SequenceId);
        await SetAsync(finished, sequence.SequenceId, Status.Finished);
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
    public async Task In_public_mode_others_only_opt_out()
    {
        var sequence = await platform.CreateSequenceAsync();
        var (contact, _) = await platform.EnrolledAsync(sequence.SequenceId);
        await platform.Sequencing.UpdateSequenceAsync(new() { Sequence = new() { SequenceId = sequence.SequenceId, Visibility = SequenceVisibility.TeamPublic, OwnerSubject = "another" }, UpdateMask = new() { Paths = { "visibility", "owner_subject" } } }, platform.Headers);
        await RefusedAsync(StatusCode.PermissionDenied, "NOT_SEQUENCE_OWNER", () => SetAsync(contact, sequence.SequenceId, Status.Paused));
        (await SetAsync(contact, sequence.SequenceId, Status.OptedOut)).ContactStatus.OptedOut.ShouldBeTrue();
        await RefusedAsync(StatusCode.PermissionDenied, "NOT_SEQUENCE_OWNER", () => RemoveAsync(contact, sequence.SequenceId, Status.OptedOut));
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
                await SetAsync(contact, sequence.SequenceId, wanted[i % wanted.Length]);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
            {
                // Another was there first, and from there the table has no way.
            }
        }));
        (await platform.HistoryAsync(enrollment)).Count.ShouldBeGreaterThan(1);
    }

    private async Task<EngagementStatus> EngagementAsync(long contact) => (await platform.Enrolling.GetContactStatusAsync(new() { ContactId = contact }, platform.Headers)).ContactStatus.EngagementStatus;

    private async Task<SetStatusResponse> SetAsync(long contact, long sequence, Status status) =>
        await platform.Statuses.SetStatusAsync(new() { ContactId = contact, SequenceId = sequence, Status = status }, platform.Headers);

    private async Task<RemoveStatusResponse> RemoveAsync(long contact, long sequence, Status status) =>
        await platform.Statuses.RemoveStatusAsync(new() { ContactId = contact, SequenceId = sequence, Status = status }, platform.Headers);
}
