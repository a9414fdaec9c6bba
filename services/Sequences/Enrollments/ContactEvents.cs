using ContactPlatform.Common.V1;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Enrollments;

/// <summary>What happens to contacts elsewhere, and what becomes of their enrolments then; within the open transaction.</summary>
public sealed class ContactEvents(ContactStatusStore contacts, EnrollmentWork work, TimeProvider time)
{
    /// <summary>An inactive record pauses; active again resumes nothing by itself.</summary>
    /// <param name="ids">Ascending, each once, at most 1,000; so in all of these.</param>
    /// <param name="inactive">Whether they became inactive, or active again.</param>
    /// <param name="actor">Who did it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task SetRecordInactiveAsync(long[] ids, bool inactive, Actor actor, CancellationToken cancellationToken)
    {
        var held = await work.LockAsync(ids, ids, cancellationToken);
        await contacts.SetRecordInactiveAsync(ids, inactive, cancellationToken);
        if (inactive)
        {
            await MoveAsync(held, EnrollmentDecisions.RecordInactive, EnrollmentChangeCause.RecordInactive, actor, cancellationToken);
        }
    }

    /// <summary>Whoever is gone leaves every sequence.</summary>
    public async Task DeleteAsync(long[] ids, Actor actor, CancellationToken cancellationToken)
    {
        var held = await work.LockAsync(ids, ids, cancellationToken);
        await contacts.DeleteAsync(ids, cancellationToken);
        await MoveAsync(held, EnrollmentDecisions.End, EnrollmentChangeCause.ContactDeleted, actor, cancellationToken);
    }

    /// <summary>
    /// What a merged contact has goes to the survivor: opting out holds, a call that was made or is due, and every enrolment in a
    /// sequence that the survivor is not in. The others end with their contact.
    /// </summary>
    public async Task MergeAsync(long survivorId, long mergedId, Actor actor, CancellationToken cancellationToken)
    {
        var act = new Act(actor, time.Now());
        long[] both = [Math.Min(survivorId, mergedId), Math.Max(survivorId, mergedId)];
        var held = await work.LockAsync(both, both, cancellationToken);
        var (survivor, merged) = (held.Contacts[survivorId], held.Contacts[mergedId]);
        var optedOut = survivor.OptedOut || merged.OptedOut;
        var to = survivor with { OptedOut = optedOut, CallStatus = (CallStatus)Math.Max((int)survivor.CallStatus, (int)merged.CallStatus) };
        var changed = (to.OptedOut, to.CallStatus) != (survivor.OptedOut, survivor.CallStatus);
        var moves = held.Of(survivorId).Concat(held.Of(mergedId).Where(e => held.In(e.SequenceId, survivorId) is null))
            .Select(e => (From: e, To: optedOut ? EnrollmentDecisions.OptOut(e.Standing) : e.Standing))
            .Where(m => m.From.ContactId == mergedId || m.To != m.From.Standing)
            .Select(m => new EnrollmentMove(m.From, m.From.After(m.To, act.Time, null) with { ContactId = survivorId }, EnrollmentChangeCause.ContactMerged)).ToList();
        await work.SaveAsync(held, moves, changed ? [new(survivor, to, Silent: true)] : [], act, cancellationToken);
    }

    private async Task MoveAsync(Held held, Func<Standing, Standing> decide, EnrollmentChangeCause cause, Actor actor, CancellationToken cancellationToken)
    {
        var act = new Act(actor, time.Now());
        var moves = held.Enrollments.Select(e => (From: e, To: decide(e.Standing))).Where(m => m.To != m.From.Standing)
            .Select(m => new EnrollmentMove(m.From, m.From.After(m.To, act.Time, null), cause)).ToList();
        await work.SaveAsync(held, moves, [], act, cancellationToken);
    }
}
