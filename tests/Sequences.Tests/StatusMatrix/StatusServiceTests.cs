using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Tests.Sequences;
using ContactPlatform.Sequences.V1;
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
                await RefusedAsync(StatusCode.FailedPrecondition, refused.Reason, () => platform.SetAsync(contact, sequence.SequenceId, refused.Status));
            }
            foreach (var same in check.Set.Where(c => c.NoChange))
            {
                (await platform.SetAsync(contact, sequence.SequenceId, same.Status)).ChangeToken.ShouldBeEmpty();
            }
            check.Set.Single(c => c.Status == status).Allowed.ShouldBeTrue();
            (await platform.SetAsync(contact, sequence.SequenceId, status)).ContactStatus.ContactId.ShouldBe(contact);
        }
        var outside = await platform.Statuses.CheckTransitionAsync(new() { ContactId = contact }, platform.Headers);
        outside.Set.Where(c => c.Allowed).Select(c => c.Status).ShouldBe([Status.OptedOut]);
        outside.Set.First().Reason.ShouldBe("NOT_IN_SEQUENCE");
        await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", async () => await platform.Statuses.CheckTransitionAsync(new() { ContactId = long.MaxValue }, platform.Headers));
    }

    [Fact]
    public async Task Pausing_keeps_the_wait_and_history_has_each_change_once()
    {
        var sequence = await platform.CreateSequenceAsync(true, Made.Sequence(platform.NewName(), Made.Mail(3), Made.Call(1)));
        var (contact, enrollment) = await platform.EnrolledAsync(sequence.SequenceId);
        var due = (await platform.EnrollmentAsync(enrollment)).DueTime.ToDateTime();
        var paused = (await platform.SetAsync(contact, sequence.SequenceId, Status.Paused)).Enrollment;
        (paused.DueTime, paused.Standing.Status).ShouldBe((null, EnrollmentStatus.Paused));
        var again = (await platform.RemoveAsync(contact, sequence.SequenceId, Status.Paused)).Enrollment;
        (again.DueTime.ToDateTime() - due).ShouldBeInRange(TimeSpan.Zero, TimeSpan.FromMinutes(1));
        var away = (await platform.Statuses.SetStatusAsync(new() { ContactId = contact, SequenceId = sequence.SequenceId, Status = Status.OutOfOffice, OutOfOfficeDays = 7 }, platform.Headers)).Enrollment;
        (away.ResumeTime.ToDateTime() - Now).ShouldBeInRange(TimeSpan.FromDays(6.9), TimeSpan.FromDays(7));
        (await platform.SetAsync(contact, sequence.SequenceId, Status.Active)).Enrollment.ResumeTime.ShouldBeNull();
        (await platform.RemoveAsync(contact, sequence.SequenceId, Status.OutOfOffice)).ChangeToken.ShouldBeEmpty();
        await RefusedAsync(StatusCode.FailedPrecondition, "NO_SUCH_TRANSITION", () => platform.RemoveAsync(contact, sequence.SequenceId, Status.Contacted));
        await RefusedAsync(StatusCode.FailedPrecondition, "NOTHING_DELIVERED", () => platform.SetAsync(contact, sequence.SequenceId, Status.Replied));
        (await platform.HistoryAsync(enrollment)).Select(c => c.To.Status).ShouldBe([EnrollmentStatus.Active, EnrollmentStatus.Paused, EnrollmentStatus.Active, EnrollmentStatus.OutOfOffice, EnrollmentStatus.Active]);
        (await platform.HistoryAsync(enrollment))[^1].Cause.ShouldBe(EnrollmentChangeCause.Api);
    }

    [Fact]
    public async Task Opting_out_ends_every_enrolment_and_outlives_them()
    {
        var (one, other) = (await platform.CreateSequenceAsync(), await platform.CreateSequenceAsync());
        var (contact, first) = await platform.EnrolledAsync(one.SequenceId);
        var second = (await platform.EnrollAsync(other.SequenceId, contact)).Results.Single().EnrollmentId;
        await platform.SetAsync(contact, other.SequenceId, Status.Finished);
        (await platform.SetAsync(contact, one.SequenceId, Status.OptedOut)).ContactStatus.OptedOut.ShouldBeTrue();
        (await platform.EnrollmentAsync(first)).Standing.FinishReason.ShouldBe(FinishReason.OptedOut);
        (await platform.EnrollmentAsync(second)).Standing.FinishReason.ShouldBe(FinishReason.ByHand);
        (await platform.HistoryAsync(first))[^1].Cause.ShouldBe(EnrollmentChangeCause.OptOut);
        await RefusedAsync(StatusCode.FailedPrecondition, "NO_SUCH_TRANSITION", () => platform.RemoveAsync(contact, one.SequenceId, Status.Finished));

        (await EngagementAsync(contact)).ShouldBe(EngagementStatus.DoNotContact);

        await platform.Enrolling.UnenrollContactsAsync(new() { SequenceId = one.SequenceId, ContactIds = { contact } }, platform.Headers);
        await platform.Enrolling.UnenrollContactsAsync(new() { SequenceId = other.SequenceId, ContactIds = { contact } }, platform.Headers);
        await RefusedAsync(StatusCode.FailedPrecondition, "NOT_IN_SEQUENCE", () => platform.SetAsync(contact, one.SequenceId, Status.Paused));
        (await platform.Enrolling.GetContactStatusAsync(new() { ContactId = contact }, platform.Headers)).ContactStatus.OptedOut.ShouldBeTrue();
        (await platform.RemoveAsync(contact, 0, Status.OptedOut)).ContactStatus.OptedOut.ShouldBeFalse();
        var history = (await platform.Enrolling.ListContactStatusChangesAsync(new() { ContactId = contact }, platform.Headers)).ContactStatusChanges;
        history.Select(h => (h.Version, h.To.OptedOut, h.To.EngagementStatus)).ShouldBe([(3L, false, EngagementStatus.Open), (2L, true, EngagementStatus.DoNotContact), (1L, false, EngagementStatus.Enrolled)]);
        await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", () => platform.SetAsync(long.MaxValue, 0, Status.OptedOut));
        (await MalformedAsync(() => platform.SetAsync(contact, 0, Status.Paused))).ShouldBe(["sequence_id"]);
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
        (await platform.SetAsync(contact, sequence.SequenceId, Status.Bounced)).Enrollment.DueTime.ShouldBeNull();
        // The enrolment's alone.
        (await EngagementAsync(contact)).ShouldBe(EngagementStatus.Working);
        await RefusedAsync(StatusCode.FailedPrecondition, "BOUNCE_NOT_CLEARED", () => platform.SetAsync(contact, sequence.SequenceId, Status.Active));
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
        (await platform.SetAsync(contact, sequence.SequenceId, Status.Replied)).Enrollment.Standing.FinishReason.ShouldBe(FinishReason.Replied);
        (await platform.SetAsync(contact, sequence.SequenceId, Status.Replied)).ChangeToken.ShouldBeEmpty();
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
        await platform.SetAsync(contact, sequence.SequenceId, Status.Finished);
        await RefusedAsync(StatusCode.FailedPrecondition, "NO_STEPS_LEFT", () => platform.RemoveAsync(contact, sequence.SequenceId, Status.Finished));
        var longer = sequence.Clone();
        longer.Steps.Add(Made.Call(2));
        await platform.Sequencing.UpdateSequenceAsync(new() { Sequence = longer, UpdateMask = new() { Paths = { "steps" } } }, platform.Headers);
        // Added steps reopen nobody by themselves.
        (await platform.EnrollmentAsync(enrollment)).Standing.Status.ShouldBe(EnrollmentStatus.Finished);
        (await platform.SetAsync(contact, sequence.SequenceId, Status.Active)).Enrollment.Standing.Status.ShouldBe(EnrollmentStatus.Active);
    }

    [Fact]
    public async Task Missing_data_ends_when_the_contact_is_complete()
    {
        var sequence = await platform.CreateSequenceAsync();
        var (contact, enrollment) = await platform.EnrolledAsync(sequence.SequenceId, c => c.GivenName = "");
        (await RefusedAsync(StatusCode.FailedPrecondition, "VARIABLE_MISSING", () => platform.SetAsync(contact, sequence.SequenceId, Status.Active))).Metadata["variables"].ShouldBe("given_name");
        await platform.ContactService.UpdateContactAsync(new() { Contact = new() { ContactId = contact, GivenName = "Grace" }, UpdateMask = new() { Paths = { "given_name" } } }, platform.Headers);
        var active = (await platform.RemoveAsync(contact, sequence.SequenceId, Status.MissingData)).Enrollment;
        (active.Standing.Status, active.DueTime is not null).ShouldBe((EnrollmentStatus.Active, true));
        (await platform.HistoryAsync(enrollment)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task In_public_mode_others_only_opt_out()
    {
        var sequence = await platform.CreateSequenceAsync();
        var (contact, _) = await platform.EnrolledAsync(sequence.SequenceId);
        await platform.Sequencing.UpdateSequenceAsync(new() { Sequence = new() { SequenceId = sequence.SequenceId, Visibility = SequenceVisibility.TeamPublic, OwnerSubject = "another" }, UpdateMask = new() { Paths = { "visibility", "owner_subject" } } }, platform.Headers);
        await RefusedAsync(StatusCode.PermissionDenied, "NOT_SEQUENCE_OWNER", () => platform.SetAsync(contact, sequence.SequenceId, Status.Paused));
        (await platform.SetAsync(contact, sequence.SequenceId, Status.OptedOut)).ContactStatus.OptedOut.ShouldBeTrue();
        await RefusedAsync(StatusCode.PermissionDenied, "NOT_SEQUENCE_OWNER", () => platform.RemoveAsync(contact, sequence.SequenceId, Status.OptedOut));
    }

    private async Task<EngagementStatus> EngagementAsync(long contact) => (await platform.Enrolling.GetContactStatusAsync(new() { ContactId = contact }, platform.Headers)).ContactStatus.EngagementStatus;
}
