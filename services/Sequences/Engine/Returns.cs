using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Engine;

/// <summary>Lets enrolments go on by themselves: whose out of office is over, and whose sequence was activated again.</summary>
public sealed class Returns(SequencesDbContext db, CurrentAccount account, SequenceStore sequences, EnrollmentWork work, DispatchStore store, TimeProvider time)
{
    /// <summary>Resumes a batch of those who are back.</summary>
    /// <returns>Whether there were any.</returns>
    public async Task<bool> ResumeAsync(CancellationToken cancellationToken)
    {
        var now = time.Now();
        var back = await db.Enrollments.IgnoreQueryFilters().Where(e => e.ResumeTime <= now).OrderBy(e => e.ResumeTime).Take(EngineSettings.Batch)
            .Select(e => new { e.AccountId, e.ContactId }).ToListAsync(cancellationToken);
        foreach (var group in back.GroupBy(b => b.AccountId))
        {
            account.Id = group.Key;
            await ResumeAsync([.. group.Select(b => b.ContactId).Distinct().Order()], cancellationToken);
        }
        return back.Count > 0;
    }

    /// <summary>Lets a batch go on whose sequence stood still when they were due.</summary>
    /// <returns>Whether there were any.</returns>
    public async Task<bool> UnparkAsync(CancellationToken cancellationToken)
    {
        var parked = await db.Sequences.IgnoreQueryFilters().AsNoTracking().Where(s => s.ParkTime != null && s.State == SequenceState.Active)
            .OrderBy(s => s.ParkTime).Select(s => new { s.AccountId, s.SequenceId, s.ParkTime }).FirstOrDefaultAsync(cancellationToken);
        if (parked is null)
        {
            return false;
        }
        account.Id = parked.AccountId;
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        if (await store.UnparkAsync(parked.AccountId, parked.SequenceId, time.Now(), cancellationToken) == 0)
        {
            await db.Sequences.Where(s => s.SequenceId == parked.SequenceId && s.State == SequenceState.Active && s.ParkTime == parked.ParkTime)
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.ParkTime, (DateTime?)null), cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private async Task ResumeAsync(long[] contactIds, CancellationToken cancellationToken)
    {
        var act = new Act(EngineSettings.Self, time.Now());
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var held = await work.LockAsync(contactIds, [], cancellationToken);
        var moves = new List<EnrollmentMove>();
        foreach (var group in held.Enrollments.Where(e => e.ResumeTime <= act.Time).GroupBy(e => e.SequenceId))
        {
            var sequence = await sequences.LoadAsync(group.Key, cancellationToken);
            moves.AddRange(group.Select(e => (From: e, To: EnrollmentDecisions.Resumed(e, sequence, act.Time))).Where(m => m.To is not null)
                .Select(m => new EnrollmentMove(m.From, m.To!, EnrollmentChangeCause.Resumed)));
        }
        await work.SaveAsync(held, moves, [], act, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
