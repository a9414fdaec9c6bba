using ContactPlatform.Sequences.ContactFeed;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.Tasks;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Contact = ContactPlatform.Contacts.V1.Contact;

namespace ContactPlatform.Sequences.Engine;

/// <summary>
/// Due steps that nobody has to reserve, since all that they do is in one transaction: a task is made for a person, or where no step
/// is left the enrolment is finished. Two who do it at once find out by the rows that they lock.
/// </summary>
public sealed class PersonSteps(SequencesDbContext db, CurrentAccount account, SequenceStore sequences, ContactReader contacts, EnrollmentWork work, IdSequence ids, TimeProvider time)
{
    /// <summary>Does it for enrolments of any account and sequence.</summary>
    public async Task DoAsync(IReadOnlyList<DueEnrollment> due, CancellationToken cancellationToken)
    {
        foreach (var group in due.GroupBy(d => (d.AccountId, d.SequenceId)))
        {
            account.Id = group.Key.AccountId;
            await DoAsync(await sequences.LoadAsync(group.Key.SequenceId, cancellationToken), [.. group.OrderBy(d => d.ContactId)], cancellationToken);
        }
    }

    private async Task DoAsync(SequenceContent sequence, IReadOnlyList<DueEnrollment> claimed, CancellationToken cancellationToken)
    {
        long[] contactIds = [.. claimed.Select(d => d.ContactId)];
        var dispatches = claimed.ToDictionary(d => d.EnrollmentId, d => d.DispatchId);
        // Before the transaction, which waits for nothing but the database.
        var found = await contacts.GetAsync(contactIds, cancellationToken);
        db.ChangeTracker.Clear();
        var act = new Act(EngineSettings.Self, time.Now());
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var held = await work.LockAsync(contactIds, [], cancellationToken);
        var due = held.Enrollments.Where(e => e.SequenceId == sequence.Row.SequenceId && e.DueTime <= act.Time && dispatches.TryGetValue(e.EnrollmentId, out var dispatch) && e.DispatchId == dispatch).ToList();
        long[] enrollmentIds = [.. due.Select(e => e.EnrollmentId)];
        var waiting = await db.Tasks.Where(t => enrollmentIds.Contains(t.EnrollmentId) && t.State == TaskState.Open).Select(t => t.EnrollmentId).ToHashSetAsync(cancellationToken);
        var (moves, toCall) = (new List<EnrollmentMove>(), new List<ContactMove>());
        foreach (var from in due)
        {
            var next = sequence.Remaining(from.LastStepId).FirstOrDefault();
            if (next is null || waiting.Contains(from.EnrollmentId))
            {
                // Whoever was resumed while a task was open goes on waiting for it.
                moves.Add(new(from, next is null ? EnrollmentDecisions.StepDone(from, sequence, from.LastStepId, act.Time) : from.At(from.LastStepId, null), EnrollmentChangeCause.Step));
            }
            else if (TaskDecisions.Kind(next) is var kind and not TaskKind.Unspecified)
            {
                var contact = found.GetValueOrDefault(from.ContactId);
                if (contact is null || StepTemplates.Missing(next, contact).Any())
                {
                    moves.Add(new(from, from.After(EnrollmentDecisions.MissingData(from.Standing), act.Time, null), EnrollmentChangeCause.MissingData));
                    continue;
                }
                moves.Add(new(from, from.At(from.LastStepId, null), EnrollmentChangeCause.Step));
                db.Tasks.Add(await TaskAsync(from, sequence, next, kind, act.Time, cancellationToken));
                if (kind == TaskKind.Call && held.Contacts[from.ContactId] is var status && TaskDecisions.CallReached(status) is var reached && reached != status)
                {
                    toCall.Add(new(status, reached));
                }
            }
        }
        await db.SaveChangesAsync(cancellationToken);
        await work.SaveAsync(held, moves, toCall, act, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<TaskRow> TaskAsync(EnrollmentRow from, SequenceContent sequence, Step step, TaskKind kind, DateTime now, CancellationToken cancellationToken) => new()
    {
        AccountId = from.AccountId,
        TaskId = await ids.NextAsync(cancellationToken),
        EnrollmentId = from.EnrollmentId,
        SequenceId = from.SequenceId,
        ContactId = from.ContactId,
        StepId = step.StepId,
        Kind = kind,
        AssigneeSubject = sequence.Row.OwnerSubject,
        CreateTime = now,
    };
}
