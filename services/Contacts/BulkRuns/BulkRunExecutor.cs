using ContactPlatform.Contacts.Labels;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.BulkRuns;

/// <summary>
/// Works on a bulk run: fixes the set, then changes it some pieces at a time. That is one transaction: the contacts,
/// their timelines, what other services are told, the pieces' end, and the run's progress at this worker's epoch.
/// </summary>
public sealed class BulkRunExecutor(IServiceScopeFactory scopes, BulkRunSet set, LockLeases locks, RightOfWay rightOfWay, TimeProvider time) : IRunExecutor
{
    /// <summary>Kind of the runs.</summary>
    public const string RunKind = "bulk";

    /// <inheritdoc/>
    public string Kind => RunKind;

    /// <inheritdoc/>
    public async Task ExecuteAsync(RunWork work, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = work.Row.AccountId;
        var db = scope.ServiceProvider.GetRequiredService<ContactsDbContext>();
        var (pieces, change) = (scope.ServiceProvider.GetRequiredService<BulkRunPieces>(), scope.ServiceProvider.GetRequiredService<BulkRunChange>());
        var run = await db.BulkRuns.AsNoTracking().SingleAsync(r => r.RunId == work.Row.RunId, cancellationToken);
        var action = BulkAction.Parser.ParseFrom(run.Action);
        await pieces.SweepAsync(cancellationToken);
        try
        {
            if (work.Row.SetTime is null)
            {
                await set.FixAsync(work, ContactSet.Parser.ParseFrom(run.Contacts), db, pieces, cancellationToken);
            }
            await using var leases = new LabelLeases(locks, time);
            for (var began = time.GetTimestamp(); await ApplyNextAsync(work, action, db, pieces, change, leases, cancellationToken); began = time.GetTimestamp())
            {
                await rightOfWay.GiveWayAsync(began, cancellationToken);
            }
        }
        catch (RunCancelledException)
        {
            await pieces.DropAsync(work.Row.RunId, cancellationToken);
            throw;
        }
    }

    /// <summary>Changes the next pieces; false when there are none.</summary>
    private async Task<bool> ApplyNextAsync(RunWork work, BulkAction action, ContactsDbContext db, BulkRunPieces pieces, BulkRunChange change, LabelLeases leases, CancellationToken cancellationToken)
    {
        await leases.HoldAsync(work.Row.AccountId, BulkRunProto.Labels(action), cancellationToken);
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        if (await pieces.TakeAsync(work.Row.RunId, cancellationToken) is not { Length: > 0 } contactIds)
        {
            return false;
        }
        var changed = await change.ApplyAsync(action, contactIds, new(work.Row.Actor, TimelineCause.BulkRun, work.Row.RunId, time.UtcNow()), cancellationToken);
        var (changes, gone) = (changed.Values.Count(c => c), contactIds.Length - changed.Count);
        if (gone > 0)
        {
            var erased = await change.ErasedAsync([.. contactIds.Where(id => !changed.ContainsKey(id))], cancellationToken);
            work.Skip(ContactsReasons.ContactErased.Name, erased);
            work.Skip(ContactsReasons.ContactNotFound.Name, gone - erased);
        }
        work.Row.DoneCount += contactIds.Length;
        work.Row.ChangedCount += changes;
        work.Row.UnchangedCount += changed.Count - changes;
        leases.ThrowIfLost();
        await work.CheckpointAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
