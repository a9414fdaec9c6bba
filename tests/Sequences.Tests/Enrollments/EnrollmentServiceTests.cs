using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.Tests.Sequences;
using ContactPlatform.Sequences.V1;
using Grpc.Core;
using static ContactPlatform.Sequences.Tests.PlatformFixture;

namespace ContactPlatform.Sequences.Tests.Enrollments;

[Collection("platform")]
public sealed class EnrollmentServiceTests(PlatformFixture platform)
{
    [Fact]
    public async Task Each_contact_is_told_what_became_of_it_and_a_repeat_is_told_the_same()
    {
        var sequence = await platform.CreateSequenceAsync();
        var (fine, already, out1, inactive, gone) = (await platform.CreateContactAsync(), await platform.CreateContactAsync(), await platform.CreateContactAsync(), await platform.CreateContactAsync(), await platform.CreateContactAsync());
        var nameless = await platform.CreateContactAsync(c => c.GivenName = "");
        var before = (await platform.EnrollAsync(sequence.SequenceId, already)).Results.Single().EnrollmentId;
        await platform.Statuses.SetStatusAsync(new() { ContactId = out1, Status = SequenceStatus.OptedOut }, platform.Headers);
        await platform.ContactService.SetRecordStateAsync(new() { ContactId = inactive, RecordState = RecordState.Inactive }, platform.Headers);
        await platform.ContactService.DeleteContactAsync(new() { ContactId = gone }, platform.Headers);

        var request = new EnrollContactsRequest { SequenceId = sequence.SequenceId, ContactIds = { fine, nameless, already, out1, inactive, gone, fine }, RequestId = platform.NewName() };
        var reply = await platform.Enrolling.EnrollContactsAsync(request, platform.Headers);
        var results = reply.Results.ToDictionary(r => r.ContactId);
        results.Count.ShouldBe(6);
        (results[fine].Status, results[fine].Reason).ShouldBe((EnrollmentStatus.Active, ""));
        (results[nameless].Status, results[nameless].MissingVariables.Single()).ShouldBe((EnrollmentStatus.MissingData, "given_name"));
        (results[already].Reason, results[already].EnrollmentId).ShouldBe(("ALREADY_ENROLLED", before));
        (results[out1].Reason, results[inactive].Reason, results[gone].Reason).ShouldBe(("OPTED_OUT", "RECORD_INACTIVE", "CONTACT_NOT_FOUND"));
        (await platform.Enrolling.EnrollContactsAsync(request, platform.Headers)).ShouldBe(reply);
        request.ContactIds.Clear();
        request.ContactIds.Add(fine);
        await RefusedAsync(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", async () => await platform.Enrolling.EnrollContactsAsync(request, platform.Headers));

        var enrolled = await platform.EnrollmentAsync(results[fine].EnrollmentId);
        enrolled.DueTime.ShouldBe(enrolled.EnrollTime);
        (await platform.EnrollmentAsync(results[nameless].EnrollmentId)).DueTime.ShouldBeNull();
        (await platform.HistoryAsync(results[fine].EnrollmentId)).Single().Cause.ShouldBe(EnrollmentChangeCause.Enrolled);
        var listed = await platform.Enrolling.ListEnrollmentsAsync(new() { SequenceId = sequence.SequenceId, Status = EnrollmentStatus.Active }, platform.Headers);
        listed.Enrollments.Select(e => e.ContactId).ShouldBe([already, fine], ignoreOrder: true);
        (await platform.Enrolling.ListEnrollmentsAsync(new() { ContactId = fine }, platform.Headers)).Enrollments.Single().ShouldBe(enrolled);
    }

    [Fact]
    public async Task Fifty_who_enrol_the_same_contact_make_one_enrolment()
    {
        var sequence = await platform.CreateSequenceAsync();
        var contact = await platform.CreateContactAsync();
        var same = platform.NewName();
        var replies = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i => await platform.Enrolling.EnrollContactsAsync(
            new() { SequenceId = sequence.SequenceId, ContactIds = { contact }, RequestId = i < 25 ? same : platform.NewName() }, platform.Headers)));
        replies.Select(r => r.Results.Single().EnrollmentId).Distinct().Count().ShouldBe(1);
        replies.Take(25).Distinct().Count().ShouldBe(1);
        replies.Skip(25).Append(replies[0]).Count(r => r.Results.Single().Reason.Length == 0).ShouldBe(1);
        await platform.HistoryAsync(replies[0].Results.Single().EnrollmentId);
    }

    [Fact]
    public async Task A_contact_leaves_and_comes_again_and_moves()
    {
        var (one, other) = (await platform.CreateSequenceAsync(), await platform.CreateSequenceAsync());
        var (contact, first) = await platform.EnrolledAsync(one.SequenceId);
        var stranger = await platform.CreateContactAsync();
        var left = await platform.Enrolling.UnenrollContactsAsync(new() { SequenceId = one.SequenceId, ContactIds = { contact, stranger } }, platform.Headers);
        (left.UnenrolledContactIds.Single(), left.NotEnrolledContactIds.Single()).ShouldBe((contact, stranger));
        (await platform.HistoryAsync(first))[^1].To.Ended.ShouldBeTrue();
        (await platform.Enrolling.ListEnrollmentsAsync(new() { ContactId = contact }, platform.Headers)).Enrollments.ShouldBeEmpty();
        (await platform.Enrolling.ListEnrollmentsAsync(new() { ContactId = contact, ShowEnded = true }, platform.Headers)).Enrollments.Single().DueTime.ShouldBeNull();

        var again = (await platform.EnrollAsync(one.SequenceId, contact)).Results.Single().EnrollmentId;
        again.ShouldNotBe(first);
        var move = new MoveEnrollmentRequest { ContactId = contact, FromSequenceId = one.SequenceId, ToSequenceId = other.SequenceId };
        var moved = (await platform.Enrolling.MoveEnrollmentAsync(move, platform.Headers)).Enrollment;
        moved.SequenceId.ShouldBe(other.SequenceId);
        (await platform.HistoryAsync(again))[^1].Cause.ShouldBe(EnrollmentChangeCause.Moved);
        await platform.HistoryAsync(moved.EnrollmentId);
        await RefusedAsync(StatusCode.FailedPrecondition, "NOT_IN_SEQUENCE", async () => await platform.Enrolling.MoveEnrollmentAsync(move, platform.Headers));
        await platform.EnrollAsync(one.SequenceId, contact);
        (await RefusedAsync(StatusCode.AlreadyExists, "ALREADY_ENROLLED", async () => await platform.Enrolling.MoveEnrollmentAsync(move, platform.Headers))).Metadata["enrollment_id"].ShouldBe($"{moved.EnrollmentId}");

        await platform.Statuses.SetStatusAsync(new() { ContactId = contact, SequenceId = one.SequenceId, Status = SequenceStatus.OptedOut }, platform.Headers);
        var third = await platform.CreateSequenceAsync();
        await RefusedAsync(StatusCode.FailedPrecondition, "OPTED_OUT", async () => await platform.Enrolling.MoveEnrollmentAsync(new() { ContactId = contact, FromSequenceId = one.SequenceId, ToSequenceId = third.SequenceId }, platform.Headers));
    }

    [Fact]
    public async Task Only_an_open_sequence_of_ones_own_takes_contacts()
    {
        var draft = await platform.CreateSequenceAsync(activate: false);
        var contact = await platform.CreateContactAsync();
        await RefusedAsync(StatusCode.FailedPrecondition, "SEQUENCE_STATE_FORBIDS", () => platform.EnrollAsync(draft.SequenceId, contact));
        await platform.Sequencing.UpdateSequenceAsync(new() { Sequence = new() { SequenceId = draft.SequenceId, Visibility = SequenceVisibility.TeamPublic, OwnerSubject = "another" }, UpdateMask = new() { Paths = { "visibility", "owner_subject" } } }, platform.Headers);
        await RefusedAsync(StatusCode.PermissionDenied, "NOT_SEQUENCE_OWNER", () => platform.EnrollAsync(draft.SequenceId, contact));
        (await MalformedAsync(() => platform.EnrollAsync(0))).ShouldBe(["sequence_id", "contact_ids"]);
        await RefusedAsync(StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", () => platform.EnrollAsync(draft.SequenceId, [.. Enumerable.Range(1, 1001).Select(i => (long)i)]));
    }

    [Fact]
    public async Task Another_account_finds_nothing()
    {
        var sequence = await platform.CreateSequenceAsync();
        var (contact, enrollment) = await platform.EnrolledAsync(sequence.SequenceId);
        await RefusedAsync(StatusCode.NotFound, "ENROLLMENT_NOT_FOUND", async () => await platform.Enrolling.GetEnrollmentAsync(new() { EnrollmentId = enrollment }, platform.OtherHeaders));
        await RefusedAsync(StatusCode.NotFound, "SEQUENCE_NOT_FOUND", async () => await platform.Enrolling.UnenrollContactsAsync(new() { SequenceId = sequence.SequenceId, ContactIds = { contact } }, platform.OtherHeaders));
        await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", async () => await platform.Enrolling.GetContactStatusAsync(new() { ContactId = contact }, platform.OtherHeaders));
        (await platform.Enrolling.ListEnrollmentsAsync(new() { ContactId = contact }, platform.OtherHeaders)).Enrollments.ShouldBeEmpty();
        (await platform.Enrolling.GetContactStatusAsync(new() { ContactId = contact }, platform.Headers)).ContactStatus.OptedOut.ShouldBeFalse();
    }

    [Fact]
    public async Task An_inactive_record_pauses_a_deleted_contact_leaves_and_a_merged_one_hands_on()
    {
        var (one, other) = (await platform.CreateSequenceAsync(), await platform.CreateSequenceAsync(true, Made.Sequence(platform.NewName(), Made.Mail(1))));
        var (survivor, kept) = await platform.EnrolledAsync(one.SequenceId);
        var (merged, twice) = await platform.EnrolledAsync(one.SequenceId);
        var handed = (await platform.EnrollAsync(other.SequenceId, merged)).Results.Single().EnrollmentId;
        await platform.Statuses.SetStatusAsync(new() { ContactId = merged, SequenceId = one.SequenceId, Status = SequenceStatus.ToCall }, platform.Headers);

        await platform.ContactService.SetRecordStateAsync(new() { ContactId = survivor, RecordState = RecordState.Inactive }, platform.Headers);
        await UntilAsync(async () => (await platform.EnrollmentAsync(kept)).Standing.Status == EnrollmentStatus.Paused);
        await RefusedAsync(StatusCode.FailedPrecondition, "RECORD_INACTIVE", async () => await platform.Statuses.SetStatusAsync(new() { ContactId = survivor, SequenceId = one.SequenceId, Status = SequenceStatus.Active }, platform.Headers));
        await platform.ContactService.SetRecordStateAsync(new() { ContactId = survivor, RecordState = RecordState.Active }, platform.Headers);

        await new ContactMergeService.ContactMergeServiceClient(platform.Contacts.Service.Channel).MergeContactsAsync(new() { SurvivorContactId = survivor, MergedContactId = merged, RequestId = platform.NewName() }, platform.Headers);
        await UntilAsync(async () => (await platform.EnrollmentAsync(twice)).Standing.Ended);
        (await platform.EnrollmentAsync(handed)).ContactId.ShouldBe(survivor);
        (await platform.HistoryAsync(handed))[^1].Cause.ShouldBe(EnrollmentChangeCause.ContactMerged);
        (await platform.HistoryAsync(twice))[^1].Cause.ShouldBe(EnrollmentChangeCause.ContactDeleted);
        (await platform.HistoryAsync(kept)).Select(c => c.Cause).ShouldBe([EnrollmentChangeCause.Enrolled, EnrollmentChangeCause.RecordInactive]);
        (await platform.Enrolling.GetContactStatusAsync(new() { ContactId = survivor }, platform.Headers)).ContactStatus.CallStatus.ShouldBe(CallStatus.ToCall);

        await platform.ContactService.DeleteContactAsync(new() { ContactId = survivor }, platform.Headers);
        await UntilAsync(async () => (await platform.EnrollmentAsync(handed)).Standing.Ended);
        await RefusedAsync(StatusCode.NotFound, "CONTACT_NOT_FOUND", async () => await platform.Enrolling.GetContactStatusAsync(new() { ContactId = survivor }, platform.Headers));
    }
}
