using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Sequences.Engine;

/// <summary>Mails that this process has reserved.</summary>
/// <param name="Row">The reservation.</param>
/// <param name="Sequence">The sequence at the version that is sent.</param>
/// <param name="To">To whom, by ascending contact.</param>
public sealed record Dispatch(DispatchRow Row, SequenceContent Sequence, IReadOnlyList<(long EnrollmentId, long ContactId)> To);

/// <summary>A batch of what was due.</summary>
/// <param name="Count">How many enrolments were.</param>
/// <param name="Dispatches">Mails that are reserved now.</param>
/// <param name="Others">Enrolments whose next step is none that is sent.</param>
public sealed record Claimed(int Count, IReadOnlyList<Dispatch> Dispatches, IReadOnlyList<DueEnrollment> Others);

/// <summary>
/// Takes a batch of what is due, of all accounts, in one transaction that waits for nothing but the database: what stands still is
/// parked, what may not be done now is put off, and mails are reserved as far as their senders' daily limits go.
/// </summary>
public sealed class StepClaim(
    SequencesDbContext db, CurrentAccount account, SequenceStore sequences, EnrollmentStore enrollments, DispatchStore store, SenderCounts senders, IdSequence ids, EngineSettings settings, TimeProvider time)
{
    /// <summary>Takes a batch.</summary>
    public async Task<Claimed> TakeAsync(CancellationToken cancellationToken)
    {
        var now = time.Now();
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var due = await store.DueAsync(now, cancellationToken);
        var (mails, others) = (new List<MailGroup>(), new List<DueEnrollment>());
        // In one order, whoever does it, so that no two wait for each other: sequences first, then senders.
        foreach (var group in due.GroupBy(d => (d.AccountId, d.SequenceId)).OrderBy(g => g.Key))
        {
            account.Id = group.Key.AccountId;
            var plan = StepPlan.Of(await sequences.LoadAsync(group.Key.SequenceId, cancellationToken), [.. group], now);
            if (plan.Parked.Count > 0 && await store.ParkAsync(group.Key.AccountId, group.Key.SequenceId, now, cancellationToken))
            {
                await enrollments.PlaceAsync([.. plan.Parked.Select(p => p.At(null, 0))], cancellationToken);
            }
            await enrollments.PlaceAsync([.. plan.PutOff.Select(p => p.Enrollment.At(p.Until))], cancellationToken);
            mails.AddRange(plan.Mails);
            others.AddRange(plan.Others);
        }
        var dispatches = new List<Dispatch>();
        var bySender = mails.GroupBy(m => (m.Sequence.Row.AccountId, Email: m.Sequence.Settings.FromEmail)).OrderBy(g => g.Key.AccountId).ThenBy(g => g.Key.Email, StringComparer.Ordinal).ToList();
        // Whoever counts has the sender until it commits. Where nobody has a limit that is only the end, so that lanes write beside each other.
        var limited = mails.Any(m => m.Sequence.Settings.DailyLimit > 0);
        var sent = new List<(long AccountId, string Email, int Count)>();
        foreach (var group in bySender)
        {
            account.Id = group.Key.AccountId;
            if (limited)
            {
                await senders.LockAsync(group.Key.Email, cancellationToken);
            }
            var count = 0;
            foreach (var mail in group)
            {
                var granted = await senders.GrantAsync(mail.Sequence, mail.To.Count, count, now, cancellationToken);
                await enrollments.PlaceAsync([.. mail.To.Skip(granted).Select(d => d.At(StepTimes.NextDay(mail.Sequence.Settings, d.EnrollmentId, mail.Step.StepId, now)))], cancellationToken);
                if (granted > 0)
                {
                    dispatches.Add(await ReserveAsync(mail with { To = [.. mail.To.Take(granted).OrderBy(d => d.ContactId)] }, now, cancellationToken));
                }
                count += granted;
            }
            sent.Add((group.Key.AccountId, group.Key.Email, count));
        }
        foreach (var (accountId, email, count) in sent.Where(s => s.Count > 0))
        {
            account.Id = accountId;
            await senders.AddAsync(email, count, now, cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        return new(due.Count, dispatches, others);
    }

    private async Task<Dispatch> ReserveAsync(MailGroup mail, DateTime now, CancellationToken cancellationToken)
    {
        var ahead = mail.Ahead(now);
        var row = new DispatchRow
        {
            AccountId = mail.Sequence.Row.AccountId,
            DispatchId = await ids.NextAsync(cancellationToken),
            SequenceId = mail.Sequence.Row.SequenceId,
            ContentVersion = mail.Sequence.Row.ContentVersion,
            StepId = mail.Step.StepId,
            Variant = mail.Variant,
            Ahead = ahead is not null,
            State = DispatchState.Reserved,
            Epoch = 1,
            LeaseTime = time.Machine().Now() + settings.Lease,
            ReserveTime = now,
        };
        await store.ReserveAsync(row, mail.To, ahead, cancellationToken);
        return new(row, mail.Sequence, [.. mail.To.Select(d => (d.EnrollmentId, d.ContactId))]);
    }
}
