using ContactPlatform.Sequences.ContactFeed;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Tasks;

/// <summary>Serves TaskService.</summary>
public sealed class TaskEndpoint(SequencesDbContext db, TaskWork work, SequenceStore sequences, ContactReader contacts, TimeProvider time) : TaskService.TaskServiceBase
{
    /// <inheritdoc/>
    public override async Task<GetTaskResponse> GetTask(GetTaskRequest request, ServerCallContext context)
    {
        var row = await work.GetAsync(ReadId(request.TaskId), context.CancellationToken);
        var step = (await sequences.LoadAsync(row.SequenceId, context.CancellationToken)).Steps.FirstOrDefault(s => s.StepId == row.StepId);
        var contact = step is null ? null : (await contacts.GetAsync([row.ContactId], context.CancellationToken)).GetValueOrDefault(row.ContactId);
        return new() { Task = row.ToProto(), Preview = contact is null ? null : StepTemplates.Preview(step!, contact) };
    }

    /// <inheritdoc/>
    public override async Task<ListTasksResponse> ListTasks(ListTasksRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var assignee = violations.Text(request.AssigneeSubject, "assignee_subject", SequenceLimits.Name);
        violations.Check(request.SequenceId >= 0, "sequence_id", $"is {request.SequenceId}; expected an id, or 0 for all");
        violations.Check(Enum.IsDefined(request.State), "state", $"is {(int)request.State}; expected a state, or none for all");
        var page = Page.Read(request.PageSize, request.PageToken, violations, nameof(ListTasks), assignee, request.SequenceId, request.State, request.HideSnoozed);
        violations.ThrowIfAny();
        var (after, now) = (page.After ?? 0, time.Now());
        var found = db.Tasks.AsNoTracking().Where(t => t.TaskId > after);
        found = assignee.Length == 0 ? found : found.Where(t => t.AssigneeSubject == assignee);
        found = request.SequenceId == 0 ? found : found.Where(t => t.SequenceId == request.SequenceId);
        found = request.State == TaskState.Unspecified ? found : found.Where(t => t.State == request.State);
        found = request.HideSnoozed ? found.Where(t => t.SnoozeTime == null || t.SnoozeTime <= now) : found;
        var (rows, next) = page.Cut(await found.OrderBy(t => t.TaskId).Take(page.Size + 1).ToListAsync(context.CancellationToken), t => t.TaskId);
        return new() { Tasks = { rows.Select(r => r.ToProto()) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<CompleteTaskResponse> CompleteTask(CompleteTaskRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var call = (await work.GetAsync(ReadId(request.TaskId), cancel)).Kind == TaskKind.Call;
        var violations = new Violations();
        violations.Check(Enum.IsDefined(request.CallOutcome) && call == (request.CallOutcome != CallOutcome.Unspecified), "call_outcome",
            call ? $"is {(int)request.CallOutcome}; expected how the call went: REACHED, NO_ANSWER, MESSAGE_LEFT, BUSY or WRONG_NUMBER" : "is given, and the task is no call; leave it out");
        violations.ThrowIfAny();
        var (row, enrollment, token) = await work.CloseAsync(request.TaskId, TaskState.Completed, request.CallOutcome, request.Etag, Caller.Of(context), cancel);
        return new() { Task = row.ToProto(), Enrollment = enrollment.ToProto(), ChangeToken = token };
    }

    /// <inheritdoc/>
    public override async Task<SkipTaskResponse> SkipTask(SkipTaskRequest request, ServerCallContext context)
    {
        var (row, enrollment, token) = await work.CloseAsync(ReadId(request.TaskId), TaskState.Skipped, CallOutcome.Unspecified, request.Etag, Caller.Of(context), context.CancellationToken);
        return new() { Task = row.ToProto(), Enrollment = enrollment.ToProto(), ChangeToken = token };
    }

    /// <inheritdoc/>
    public override async Task<SnoozeTaskResponse> SnoozeTask(SnoozeTaskRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.TaskId, "task_id");
        var now = time.Now();
        // Compared in seconds: what lies beyond the year 9999 is no time that can be read.
        violations.Check(request.SnoozeTime is not { } sent || (sent.Seconds >= Seconds(now) && sent.Seconds < Seconds(now.AddDays(SequenceLimits.Days)) && sent.Nanos is >= 0 and < 1_000_000_000),
            "snooze_time", $"is {request.SnoozeTime}; a time later than now is expected, at most {SequenceLimits.Days} days");
        violations.ThrowIfAny();
        var until = request.SnoozeTime is { } given ? Clock.Truncate(given.ToDateTime()) : (DateTime?)null;
        var (row, _) = await work.OwnAsync(id, request.Etag, Caller.Of(context), context.CancellationToken);
        if (TaskDecisions.Open(row, "snooze") is { } refusal)
        {
            throw new RefusalException(refusal);
        }
        row.SnoozeTime = until;
        row.Version++;
        // Somebody else's change in between is an ETAG_MISMATCH.
        await db.SaveChangesAsync(context.CancellationToken);
        return new() { Task = row.ToProto() };
    }

    /// <inheritdoc/>
    public override async Task<AssignTaskResponse> AssignTask(AssignTaskRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Id(request.TaskId, "task_id");
        var assignee = violations.Text(request.AssigneeSubject, "assignee_subject", SequenceLimits.Name, 1);
        violations.ThrowIfAny();
        var (row, _) = await work.OwnAsync(id, request.Etag, Caller.Of(context), context.CancellationToken);
        if (TaskDecisions.Open(row, "assign") is { } refusal)
        {
            throw new RefusalException(refusal);
        }
        if (row.AssigneeSubject != assignee)
        {
            row.AssigneeSubject = assignee;
            row.Version++;
            // Somebody else's change in between is an ETAG_MISMATCH.
            await db.SaveChangesAsync(context.CancellationToken);
        }
        return new() { Task = row.ToProto() };
    }

    private static long Seconds(DateTime time) => new DateTimeOffset(time).ToUnixTimeSeconds();

    private static long ReadId(long taskId)
    {
        var violations = new Violations();
        violations.Id(taskId, "task_id");
        violations.ThrowIfAny();
        return taskId;
    }
}
