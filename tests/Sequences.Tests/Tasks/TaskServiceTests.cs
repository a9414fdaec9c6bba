using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.Tests.Sequences;
using ContactPlatform.Sequences.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using static ContactPlatform.Sequences.Tests.PlatformFixture;

namespace ContactPlatform.Sequences.Tests.Tasks;

/// <summary>What people are to do.</summary>
[Collection("platform")]
public sealed class TaskServiceTests(PlatformFixture platform)
{
    [Fact]
    public async Task Tasks_are_listed_put_off_done_and_left_undone()
    {
        var bed = await platform.EngineAsync();
        var sequence = await bed.CreateAsync(true, null, new Step { Task = new() { Instructions = "Look at {{given_name}}" } }, Made.Call(), Made.Sms());
        var contact = await platform.CreateContactAsync(c => c.Phone = "+4930901820");
        var enrollment = (await bed.EnrollAsync(sequence.SequenceId, contact)).Single();
        var task = await bed.TaskAsync(sequence.SequenceId, enrollment);
        var owner = (await bed.Sequencing.GetSequenceAsync(new() { SequenceId = sequence.SequenceId }, bed.Headers)).Sequence.OwnerSubject;
        (task.Kind, task.AssigneeSubject, task.ContactId, task.StepId).ShouldBe((TaskKind.Other, owner, contact, sequence.Steps[0].StepId));
        (await bed.Tasks.GetTaskAsync(new() { TaskId = task.TaskId }, bed.Headers)).ShouldSatisfyAllConditions(t => t.Task.ShouldBe(task), t => t.Preview.Text.ShouldBe("Look at Ada"));

        // Later than this clock, on which a day takes a second.
        var snoozed = (await bed.Tasks.SnoozeTaskAsync(new() { TaskId = task.TaskId, SnoozeTime = Timestamp.FromDateTime(task.CreateTime.ToDateTime().AddDays(300)), Etag = task.Etag }, bed.Headers)).Task;
        (await bed.Tasks.ListTasksAsync(new() { SequenceId = sequence.SequenceId, HideSnoozed = true }, bed.Headers)).Tasks.ShouldBeEmpty();
        (await bed.Tasks.ListTasksAsync(new() { AssigneeSubject = owner, SequenceId = sequence.SequenceId, State = TaskState.Open }, bed.Headers)).Tasks.ShouldBe([snoozed]);
        (await bed.Tasks.SnoozeTaskAsync(new() { TaskId = task.TaskId }, bed.Headers)).Task.SnoozeTime.ShouldBeNull();

        await RefusedAsync(StatusCode.Aborted, "ETAG_MISMATCH", async () => await bed.Tasks.SkipTaskAsync(new() { TaskId = task.TaskId, Etag = task.Etag }, bed.Headers));
        var assigned = (await bed.Tasks.AssignTaskAsync(new() { TaskId = task.TaskId, AssigneeSubject = "somebody" }, bed.Headers)).Task;
        (await bed.Tasks.ListTasksAsync(new() { AssigneeSubject = "somebody", SequenceId = sequence.SequenceId }, bed.Headers)).Tasks.ShouldBe([assigned]);
        (await bed.Tasks.AssignTaskAsync(new() { TaskId = task.TaskId, AssigneeSubject = "somebody", Etag = assigned.Etag }, bed.Headers)).Task.ShouldBe(assigned);
        (await MalformedAsync(async () => await bed.Tasks.AssignTaskAsync(new() { TaskId = -1 }, bed.Headers))).ShouldBe(["task_id", "assignee_subject"]);
        (await MalformedAsync(async () => await bed.Tasks.CompleteTaskAsync(new() { TaskId = task.TaskId, CallOutcome = CallOutcome.Busy }, bed.Headers))).ShouldBe(["call_outcome"]);
        var completed = await bed.Tasks.CompleteTaskAsync(new() { TaskId = task.TaskId }, bed.Headers);
        (completed.Task.State, completed.Enrollment.LastStepId).ShouldBe((TaskState.Completed, task.StepId));
        (await bed.Tasks.CompleteTaskAsync(new() { TaskId = task.TaskId }, bed.Headers)).Task.ShouldBe(completed.Task);
        await RefusedAsync(StatusCode.FailedPrecondition, "TASK_CLOSED", async () => await bed.Tasks.SkipTaskAsync(new() { TaskId = task.TaskId }, bed.Headers));
        await RefusedAsync(StatusCode.FailedPrecondition, "TASK_CLOSED", async () => await bed.Tasks.SnoozeTaskAsync(new() { TaskId = task.TaskId }, bed.Headers));
        await RefusedAsync(StatusCode.FailedPrecondition, "TASK_CLOSED", async () => await bed.Tasks.AssignTaskAsync(new() { TaskId = task.TaskId, AssigneeSubject = owner }, bed.Headers));

        var call = await bed.TaskAsync(sequence.SequenceId, enrollment);
        (await MalformedAsync(async () => await bed.Tasks.CompleteTaskAsync(new() { TaskId = call.TaskId }, bed.Headers))).ShouldBe(["call_outcome"]);
        (await bed.ContactAsync(contact)).CallStatus.ShouldBe(CallStatus.ToCall);
        await bed.Tasks.SkipTaskAsync(new() { TaskId = call.TaskId }, bed.Headers);
        (await bed.ContactAsync(contact)).CallStatus.ShouldBe(CallStatus.Unspecified);
        // The phone is there until it is needed.
        var sms = await bed.TaskAsync(sequence.SequenceId, enrollment);
        sms.Kind.ShouldBe(TaskKind.Sms);
        var last = await bed.Tasks.CompleteTaskAsync(new() { TaskId = sms.TaskId }, bed.Headers);
        (last.Enrollment.Standing.Status, last.Enrollment.Standing.FinishReason).ShouldBe((EnrollmentStatus.Finished, FinishReason.StepsDone));
        (await bed.CausesAsync(enrollment))[^1].ShouldBe(EnrollmentChangeCause.Task);

        var first = await bed.Tasks.ListTasksAsync(new() { SequenceId = sequence.SequenceId, PageSize = 2 }, bed.Headers);
        (await bed.Tasks.ListTasksAsync(new() { SequenceId = sequence.SequenceId, PageSize = 2, PageToken = first.NextPageToken }, bed.Headers)).Tasks.Single().TaskId.ShouldBe(sms.TaskId);
        await RefusedAsync(StatusCode.InvalidArgument, "PAGE_TOKEN_INVALID", async () => await bed.Tasks.ListTasksAsync(new() { PageToken = first.NextPageToken }, bed.Headers));
        await RefusedAsync(StatusCode.NotFound, "TASK_NOT_FOUND", async () => await bed.Tasks.GetTaskAsync(new() { TaskId = task.TaskId }, platform.OtherHeaders));
        (await bed.Tasks.ListTasksAsync(new(), platform.OtherHeaders)).Tasks.ShouldBeEmpty();
        (await MalformedAsync(async () => await bed.Tasks.SnoozeTaskAsync(new() { TaskId = task.TaskId, SnoozeTime = new() { Seconds = long.MaxValue } }, bed.Headers))).ShouldBe(["snooze_time"]);
    }

    [Fact]
    public async Task Tasks_go_with_their_enrolments()
    {
        var bed = await platform.EngineAsync();
        var sequence = await bed.CreateAsync(true, null, Made.Call(), Made.Sms());
        var (gone, merged, survivor, lost) = (await PhoneAsync(), await PhoneAsync(), await platform.CreateContactAsync(), await PhoneAsync());
        var ids = await bed.EnrollAsync(sequence.SequenceId, gone, merged, lost);
        var tasks = new List<SequenceTask>();
        foreach (var id in ids)
        {
            tasks.Add(await bed.TaskAsync(sequence.SequenceId, id));
        }
        // Resumed while it waits for the call, it waits for the same call.
        foreach (var status in new[] { SequenceStatus.Paused, SequenceStatus.Active })
        {
            await bed.Statuses.SetStatusAsync(new() { ContactId = lost, SequenceId = sequence.SequenceId, Status = status }, bed.Headers);
        }
        await UntilAsync(async () => (await bed.GetAsync(ids[2])).DueTime is null);
        await bed.Statuses.SetStatusAsync(new() { ContactId = gone, Status = SequenceStatus.OptedOut, SequenceId = sequence.SequenceId }, bed.Headers);
        var cancelled = (await bed.Tasks.GetTaskAsync(new() { TaskId = tasks[0].TaskId }, bed.Headers)).Task;
        cancelled.ShouldSatisfyAllConditions(t => t.State.ShouldBe(TaskState.Cancelled), t => t.EndTime.ShouldNotBeNull());
        (await RefusedAsync(StatusCode.FailedPrecondition, "TASK_CLOSED", async () => await bed.Tasks.CompleteTaskAsync(new() { TaskId = tasks[0].TaskId, CallOutcome = CallOutcome.Reached }, bed.Headers))).Metadata["from"].ShouldBe("CANCELLED");

        await new ContactMergeService.ContactMergeServiceClient(platform.Contacts.Service.Channel).MergeContactsAsync(new() { SurvivorContactId = survivor, MergedContactId = merged, RequestId = platform.NewName() }, bed.Headers);
        await UntilAsync(async () => (await bed.Tasks.GetTaskAsync(new() { TaskId = tasks[1].TaskId }, bed.Headers)).Task.ContactId == survivor);

        // No phone before a text message.
        await platform.ContactService.UpdateContactAsync(new() { Contact = new() { ContactId = lost }, UpdateMask = new() { Paths = { "phone" } } }, bed.Headers);
        await bed.Tasks.CompleteTaskAsync(new() { TaskId = tasks[2].TaskId, CallOutcome = CallOutcome.NoAnswer }, bed.Headers);
        await bed.UntilAsync(EnrollmentStatus.MissingData, ids[2]);
        (await bed.Tasks.ListTasksAsync(new() { SequenceId = sequence.SequenceId, State = TaskState.Open }, bed.Headers)).Tasks.ShouldNotContain(t => t.EnrollmentId == ids[2]);

        var closed = await bed.CreateAsync(true, s => s.Visibility = SequenceVisibility.TeamPublic, Made.Call());
        var other = (await bed.EnrollAsync(closed.SequenceId, survivor)).Single();
        var owned = await bed.TaskAsync(closed.SequenceId, other);
        await bed.Sequencing.UpdateSequenceAsync(new() { Sequence = new() { SequenceId = closed.SequenceId, OwnerSubject = "another" }, UpdateMask = new() { Paths = { "owner_subject" } } }, bed.Headers);
        await RefusedAsync(StatusCode.PermissionDenied, "NOT_SEQUENCE_OWNER", async () => await bed.Tasks.SkipTaskAsync(new() { TaskId = owned.TaskId }, bed.Headers));

        async Task<long> PhoneAsync() => await platform.CreateContactAsync(c => c.Phone = $"+49309018{Random.Shared.Next(1000, 9999)}");
    }
}
