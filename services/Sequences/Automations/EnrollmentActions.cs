using ContactPlatform.Common.V1;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Times;
using static ContactPlatform.Sequences.V1.AutomationAction.ActionOneofCase;

namespace ContactPlatform.Sequences.Automations;

/// <summary>Does the actions that are done here: each in the transaction that notes it, and whatever statuses it makes contacts enter is put down to its rule.</summary>
public sealed class EnrollmentActions(AutomationWork work, CurrentChain current, SequenceStore sequences, EnrollContacts enroll, EnrollmentWork enrollments, TimeProvider time)
{
    /// <summary>Whether an action is one of these.</summary>
    public static bool Does(AutomationAction action) => action.ActionCase is EnrollSequenceId or UnenrollSequenceId or UnenrollAll;

    /// <summary>Does one.</summary>
    /// <returns>What became of it; null when this process was taken for dead.</returns>
    public Task<ActionResult?> DoAsync(TakenFiring taken, AutomationFiringRow firing, AutomationRule rule, int place, bool last, CancellationToken cancellationToken)
    {
        current.Rules = [.. AutomationChain.Read(firing.Chain), firing.AutomationRuleId];
        var act = new Act(new() { Kind = ActorKind.Service, Subject = Engine.EngineSettings.Self.Subject, DisplayName = rule.DisplayName }, time.Now());
        return rule.Actions[place].ActionCase == EnrollSequenceId
            ? EnrollAsync(taken, firing, rule.Actions[place].EnrollSequenceId, place, last, act, cancellationToken)
            : work.ActAsync(taken, place, last, () => UnenrollAsync(firing.ContactId, rule.Actions[place].UnenrollSequenceId, act, cancellationToken), cancellationToken);
    }

    private async Task<ActionResult?> EnrollAsync(TakenFiring taken, AutomationFiringRow firing, long sequenceId, int place, bool last, Act act, CancellationToken cancellationToken)
    {
        var sequence = await sequences.LoadAsync(sequenceId, cancellationToken);
        if (SequenceDecisions.Enroll(sequence.Row.State) is { } refusal)
        {
            throw new RefusalException(refusal);
        }
        // Before the transaction, since nothing in it may wait for anything but the database.
        var found = await enroll.FindAsync([firing.ContactId], cancellationToken);
        return await work.ActAsync(taken, place, last, async () =>
        {
            var result = (await enroll.EnrollAsync(sequence, [firing.ContactId], found, act, cancellationToken)).Results.Single();
            return result.Reason.Length == 0 ? new(AutomationOutcome.Done, EnrollmentId: result.EnrollmentId)
                : result.Reason == SequencesReasons.AlreadyEnrolled.Name ? new(AutomationOutcome.Unchanged)
                : new ActionResult(AutomationOutcome.Refused, result.Reason);
        }, cancellationToken);
    }

    private async Task<ActionResult> UnenrollAsync(long contactId, long sequenceId, Act act, CancellationToken cancellationToken)
    {
        var held = await enrollments.LockAsync([contactId], [], cancellationToken);
        var moves = held.Of(contactId).Where(e => sequenceId == 0 || e.SequenceId == sequenceId)
            .Select(e => new EnrollmentMove(e, e.After(EnrollmentDecisions.End(e.Standing), act.Time, null), EnrollmentChangeCause.Unenrolled)).ToList();
        await enrollments.SaveAsync(held, moves, [], act, cancellationToken);
        return ActionResult.Of(moves.Count > 0);
    }
}
