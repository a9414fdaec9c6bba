using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Tasks;

/// <summary>Closes tasks: the task, its enrolment, and its contact in one transaction.</summary>
public sealed class TaskWork(SequencesDbContext db, SequenceStore sequences, EnrollmentWork work, TimeProvider time)
{
    /// <summary>Finds a task.</summary>
    /// <exception cref="RefusalException">TASK_NOT_FOUND.</exception>
    public async Task<TaskRow> GetAsync(long taskId, CancellationToken cancellationToken) =>
        await db.Tasks.SingleOrDefaultAsync(t => t.TaskId == taskId, cancellationToken) ?? throw new RefusalException(TaskDecisions.NotFound(taskId));

    /// <summary>Finds a task that a caller may change.</summary>
    /// <exception cref="RefusalException">TASK_NOT_FOUND, NOT_SEQUENCE_OWNER, ETAG_MISMATCH.</exception>
    public async Task<(TaskRow Row, SequenceContent Sequence)> OwnAsync(long taskId, string etag, Caller caller, CancellationToken cancellationToken)
    {
        var row = await GetAsync(taskId, cancellationToken);
        var sequence = await sequences.LoadAsync(row.SequenceId, cancellationToken);
        return sequence.IsClosedTo(caller) ? throw new RefusalException(SequenceDecisions.NotOwner(row.SequenceId))
            : Etag.Check(etag, row.Version) is { } stale ? throw new RefusalException(stale)
            : (row, sequence);
    }

    /// <summary>Closes a task that is open; its enrolment goes on. The same once more changes nothing.</summary>
    /// <exception cref="RefusalException">TASK_NOT_FOUND, TASK_CLOSED, NOT_SEQUENCE_OWNER, ETAG_MISMATCH.</exception>
    public async Task<(TaskRow Row, EnrollmentRow Enrollment, string ChangeToken)> CloseAsync(
        long taskId, TaskState state, CallOutcome outcome, string etag, Caller caller, CancellationToken cancellationToken)
    {
        var (row, sequence) = await OwnAsync(taskId, etag, caller, cancellationToken);
        if ((row.State, row.CallOutcome) == (state, outcome))
        {
            return (row, await db.Enrollments.AsNoTracking().SingleAsync(e => e.EnrollmentId == row.EnrollmentId, cancellationToken), "");
        }
        if (TaskDecisions.Open(row, state == TaskState.Completed ? "complete" : "skip") is { } refusal)
        {
            throw new RefusalException(refusal);
        }
        var act = Act.Of(caller, time);
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var held = await work.LockAsync([row.ContactId], [], cancellationToken);
        (row.State, row.CallOutcome, row.EndTime, row.SnoozeTime) = (state, outcome, act.Time, null);
        row.Version++;
        // Somebody who was faster, or whoever cancelled it or merged its contact, makes this an ETAG_MISMATCH.
        await db.SaveChangesAsync(cancellationToken);
        var from = held.Enrollments.Single(e => e.EnrollmentId == row.EnrollmentId);
        var to = EnrollmentDecisions.StepDone(from, sequence, row.StepId, act.Time);
        var contact = held.Contacts[row.ContactId];
        var otherCalls = await db.Tasks.AnyAsync(t => t.ContactId == row.ContactId && t.Kind == TaskKind.Call && t.State == TaskState.Open, cancellationToken);
        var after = TaskDecisions.Closed(contact, row.Kind, state, otherCalls);
        var (_, token) = await work.SaveAsync(held, [new(from, to, EnrollmentChangeCause.Task)], after == contact ? [] : [new(contact, after)], act, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (row, to, token);
    }
}
