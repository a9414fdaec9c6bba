using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Engine;

/// <summary>What becomes of reservations, each in one transaction with the enrolments; whoever was taken for dead and is not writes nothing.</summary>
public sealed class DispatchWork(SequencesDbContext db, CurrentAccount account, SequenceStore sequences, EnrollmentWork work, DispatchStore store, EngineSettings settings, TimeProvider time)
{
    /// <summary>How long whoever cannot be sent to, for no reason of theirs, waits for another try.</summary>
    private static readonly TimeSpan Later = TimeSpan.FromHours(1);

    /// <summary>
    /// How long after they were reserved mails may be sent for the next step's wait to have begun with the reservation; what takes
    /// longer begins it anew.
    /// </summary>
    private static readonly TimeSpan OnTime = TimeSpan.FromMinutes(1);

    /// <summary>Takes over what a dead process has reserved; null when there is nothing.</summary>
    public async Task<Dispatch?> AdoptAsync(CancellationToken cancellationToken)
    {
        var now = time.Machine().Now();
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        if (await store.OrphanAsync(now, now + settings.Lease, cancellationToken) is not { } found)
        {
            return null;
        }
        account.Id = found.AccountId;
        var row = await db.Dispatches.AsNoTracking().SingleAsync(d => d.DispatchId == found.DispatchId, cancellationToken);
        var to = await db.StepSends.Where(s => s.DispatchId == row.DispatchId).OrderBy(s => s.ContactId).Select(s => new { s.EnrollmentId, s.ContactId }).ToListAsync(cancellationToken);
        var sequence = await sequences.AtAsync(row.SequenceId, row.ContentVersion, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new(row, sequence, [.. to.Select(t => (t.EnrollmentId, t.ContactId))]);
    }

    /// <summary>Says that this process is at it; false when it was taken for dead.</summary>
    public async Task<bool> HoldAsync(Dispatch dispatch, CancellationToken cancellationToken)
    {
        account.Id = dispatch.Row.AccountId;
        var lease = time.Machine().Now() + settings.Lease;
        return await Mine(dispatch).ExecuteUpdateAsync(set => set.SetProperty(d => d.LeaseTime, lease), cancellationToken) > 0;
    }

    /// <summary>The mails are Deliverability's: the enrolments go on.</summary>
    /// <returns>False when this process was taken for dead, and nothing is done.</returns>
    public async Task<bool> SentAsync(Dispatch dispatch, long transmissionId, CancellationToken cancellationToken)
    {
        if (dispatch.Row.Ahead && dispatch.Row.Epoch == 1 && time.Machine().Now() - (dispatch.Row.LeaseTime - settings.Lease) < OnTime)
        {
            account.Id = dispatch.Row.AccountId;
            return await SetAsync(dispatch, DispatchState.Sent, transmissionId, cancellationToken);
        }
        return await SettleAsync(dispatch, dispatch.To, DispatchState.Sent, transmissionId, (row, sequence, now) =>
            // Somebody can have sent it back meanwhile, to have the mail again.
            (dispatch.Row.Ahead && row.LastStepId != dispatch.Row.StepId ? row : EnrollmentDecisions.StepDone(row, sequence, dispatch.Row.StepId, now), EnrollmentChangeCause.Step), cancellationToken);
    }

    /// <summary>Some of them cannot be sent, and nothing was: their enrolments are held back, or tried again later, and the others stay reserved.</summary>
    /// <param name="dispatch">The reservation.</param>
    /// <param name="incomplete">Contacts that lack a value.</param>
    /// <param name="later">Contacts that are gone, or cannot be sent to for another reason.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What is left of it; null when nothing is, or this process was taken for dead.</returns>
    public async Task<Dispatch?> LeaveOutAsync(Dispatch dispatch, IReadOnlySet<long> incomplete, IReadOnlySet<long> later, CancellationToken cancellationToken)
    {
        var rest = dispatch.To.Where(t => !incomplete.Contains(t.ContactId) && !later.Contains(t.ContactId)).ToList();
        var mine = await SettleAsync(dispatch, [.. dispatch.To.Except(rest)], rest.Count > 0 ? DispatchState.Reserved : DispatchState.Released, 0, (reserved, sequence, now) =>
        {
            var row = dispatch.Row.Ahead && reserved.LastStepId == dispatch.Row.StepId ? EnrollmentDecisions.StepUndone(reserved, sequence, dispatch.Row.StepId, now) : reserved;
            var at = row with { DispatchId = 0 };
            var held = EnrollmentDecisions.MissingData(row.Standing);
            return (!incomplete.Contains(row.ContactId) ? row.Standing.Runs ? row.At(row.LastStepId, now + Later) : at
                : held == row.Standing ? at : at.After(held, now, null), EnrollmentChangeCause.MissingData);
        }, cancellationToken);
        return mine && rest.Count > 0 ? dispatch with { To = rest } : null;
    }

    private async Task<bool> SettleAsync(Dispatch dispatch, IReadOnlyList<(long EnrollmentId, long ContactId)> members, DispatchState state, long transmissionId,
        Func<EnrollmentRow, SequenceContent, DateTime, (EnrollmentRow To, EnrollmentChangeCause Cause)> decide, CancellationToken cancellationToken)
    {
        account.Id = dispatch.Row.AccountId;
        for (var contactIds = members.Select(m => m.ContactId).ToArray(); ;)
        {
            db.ChangeTracker.Clear();
            var act = new Act(EngineSettings.Self, time.Now());
            await using var transaction = await db.BeginBulkAsync(cancellationToken);
            if (!await SetAsync(dispatch, state, transmissionId, cancellationToken))
            {
                return false;
            }
            var sequence = await sequences.LoadAsync(dispatch.Row.SequenceId, cancellationToken);
            var held = await work.LockAsync(contactIds, [], cancellationToken);
            var mine = held.Enrollments.Where(e => e.DispatchId == dispatch.Row.DispatchId).ToList();
            if (mine.Count < members.Count && await MovedAsync(members, mine, cancellationToken) is { Length: > 0 } moved)
            {
                // Their contacts were merged into others: once more, with those locked as well.
                contactIds = [.. contactIds.Concat(moved).Distinct().Order()];
                continue;
            }
            var asked = members.Select(m => m.EnrollmentId).ToHashSet();
            var moves = mine.Where(e => asked.Contains(e.EnrollmentId)).Select(e => (From: e, Decided: decide(e, sequence, act.Time))).Select(m => new EnrollmentMove(m.From, m.Decided.To, m.Decided.Cause)).ToList();
            await work.SaveAsync(held, moves, [], act, cancellationToken);
            if (state != DispatchState.Sent)
            {
                await db.StepSends.Where(s => s.DispatchId == dispatch.Row.DispatchId && asked.Contains(s.EnrollmentId)).ExecuteDeleteAsync(cancellationToken);
            }
            await transaction.CommitAsync(cancellationToken);
            return true;
        }
    }

    /// <summary>Contacts of those enrolments that have not left their sequence, and are not where they were when they were reserved.</summary>
    private async Task<long[]> MovedAsync(IEnumerable<(long EnrollmentId, long ContactId)> members, IEnumerable<EnrollmentRow> mine, CancellationToken cancellationToken)
    {
        long[] missing = [.. members.Select(m => m.EnrollmentId).Except(mine.Select(e => e.EnrollmentId))];
        return await db.Enrollments.Where(e => missing.Contains(e.EnrollmentId) && e.EndTime == null).Select(e => e.ContactId).Distinct().ToArrayAsync(cancellationToken);
    }

    private async Task<bool> SetAsync(Dispatch dispatch, DispatchState state, long transmissionId, CancellationToken cancellationToken) =>
        await Mine(dispatch).ExecuteUpdateAsync(set => set.SetProperty(d => d.State, state).SetProperty(d => d.TransmissionId, transmissionId), cancellationToken) > 0;

    private IQueryable<DispatchRow> Mine(Dispatch dispatch) =>
        db.Dispatches.Where(d => d.DispatchId == dispatch.Row.DispatchId && d.Epoch == dispatch.Row.Epoch && d.State == DispatchState.Reserved);
}
