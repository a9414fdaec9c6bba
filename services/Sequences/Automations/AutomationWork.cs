using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Times;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Automations;

/// <summary>How far something is that was set off, each step in a transaction; whoever was taken for dead and is not writes nothing.</summary>
public sealed class AutomationWork(SequencesDbContext db, CurrentAccount account, AutomationFiringStore store, AutomationSettings settings, TimeProvider time)
{
    private const int Batch = 32;

    /// <summary>Takes what is due.</summary>
    public async Task<IReadOnlyList<TakenFiring>> TakeAsync(CancellationToken cancellationToken)
    {
        var now = time.Machine().Now();
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var taken = await store.TakeAsync(now, now + settings.Lease, Batch, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return taken;
    }

    /// <summary>Reads what was taken, with its rule as it was then and whether that is still on.</summary>
    public async Task<(AutomationFiringRow Firing, AutomationRule Rule, bool On)> LoadAsync(TakenFiring taken, CancellationToken cancellationToken)
    {
        account.Id = taken.AccountId;
        var firing = await db.AutomationFirings.AsNoTracking().SingleAsync(f => f.AutomationFiringId == taken.FiringId, cancellationToken);
        var rule = await db.AutomationRuleVersions.AsNoTracking().SingleAsync(v => v.AutomationRuleId == firing.AutomationRuleId && v.RuleVersion == firing.RuleVersion, cancellationToken);
        var on = await db.AutomationRules.AnyAsync(r => r.AutomationRuleId == firing.AutomationRuleId && !r.Disabled, cancellationToken);
        return (firing, rule.Read(), on);
    }

    /// <summary>The filter finds the contact: the first action is next.</summary>
    /// <returns>False when this process was taken for dead.</returns>
    public Task<bool> MatchedAsync(TakenFiring taken, CancellationToken cancellationToken) => GoAsync(taken, AutomationFiringRow.Filter, 0, 0, settings.Lease, cancellationToken);

    /// <summary>Notes what becomes of an action, and does it first where that is within the same transaction.</summary>
    /// <param name="taken">What set it off.</param>
    /// <param name="place">Its place.</param>
    /// <param name="last">Whether it is the last one.</param>
    /// <param name="act">Does it, within the open transaction, or tells what was done.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of it; null when this process was taken for dead, and nothing is done.</returns>
    public async Task<ActionResult?> ActAsync(TakenFiring taken, int place, bool last, Func<Task<ActionResult>> act, CancellationToken cancellationToken)
    {
        var due = last ? (DateTime?)null : time.Machine().Now() + settings.Lease;
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var state = last ? AutomationFiringState.Done : AutomationFiringState.Waiting;
        if (await Mine(taken, place).ExecuteUpdateAsync(set => set.SetProperty(f => f.NextAction, place + 1).SetProperty(f => f.AttemptCount, 0)
            .SetProperty(f => f.State, state).SetProperty(f => f.DueTime, due), cancellationToken) == 0)
        {
            return null;
        }
        var result = await act();
        var reason = result.Reason.Length > AutomationLimits.Reason ? result.Reason[..AutomationLimits.Reason] : result.Reason;
        db.AutomationActions.Add(new()
        {
            AccountId = taken.AccountId, AutomationFiringId = taken.FiringId, Place = place, Outcome = result.Outcome, Reason = reason, OutcomeTime = time.Now(), EnrollmentId = result.EnrollmentId,
        });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>Nothing more is done.</summary>
    public Task EndAsync(TakenFiring taken, int place, AutomationFiringState state, AutomationStopReason reason, CancellationToken cancellationToken) =>
        Mine(taken, place).ExecuteUpdateAsync(set => set.SetProperty(f => f.State, state).SetProperty(f => f.StopReason, reason).SetProperty(f => f.DueTime, (DateTime?)null), cancellationToken);

    /// <summary>What is next is tried again later.</summary>
    public Task<bool> PutOffAsync(TakenFiring taken, int place, int attempts, TimeSpan pause, CancellationToken cancellationToken) => GoAsync(taken, place, place, attempts, pause, cancellationToken);

    private async Task<bool> GoAsync(TakenFiring taken, int from, int to, int attempts, TimeSpan pause, CancellationToken cancellationToken)
    {
        var due = time.Machine().Now() + pause;
        return await Mine(taken, from).ExecuteUpdateAsync(set => set.SetProperty(f => f.NextAction, to).SetProperty(f => f.AttemptCount, attempts).SetProperty(f => f.DueTime, due), cancellationToken) > 0;
    }

    private IQueryable<AutomationFiringRow> Mine(TakenFiring taken, int place) =>
        db.AutomationFirings.Where(f => f.AutomationFiringId == taken.FiringId && f.Epoch == taken.Epoch && f.NextAction == place && f.State == AutomationFiringState.Waiting);
}
