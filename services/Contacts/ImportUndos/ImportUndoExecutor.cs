using ContactPlatform.Contacts.Consent;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.Erasures;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.Labels;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.ImportUndos;

/// <summary>
/// Undoes imports: first the contacts that one made, then those that it changed. What was recorded of a contact is removed
/// in the transaction that deals with it, so what is left is exactly the work left, whoever goes on with it.
/// </summary>
public sealed class ImportUndoExecutor(IServiceScopeFactory scopes, LockLeases locks, RightOfWay rightOfWay, TimeProvider time) : IRunExecutor
{
    /// <inheritdoc/>
    public string Kind => ImportUndoRow.RunKind;

    /// <inheritdoc/>
    public async Task ExecuteAsync(RunWork work, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = work.Row.AccountId;
        T Get<T>() where T : notnull => scope.ServiceProvider.GetRequiredService<T>();
        var db = Get<ContactsDbContext>();
        var undo = await db.ImportUndos.AsNoTracking().SingleAsync(u => u.ImportUndoId == work.Row.RunId, cancellationToken);
        if (work.Row.SetTime is null)
        {
            work.Row.TotalCount = await db.ImportCreations.Where(c => c.ImportId == undo.ImportId).SumAsync(c => (long)c.ContactCount, cancellationToken)
                + await db.ImportChanges.Where(c => c.ImportId == undo.ImportId).Select(c => c.ContactId).Distinct().LongCountAsync(cancellationToken);
            work.Row.SetTime = time.UtcNow();
            await work.CheckpointAsync(db, cancellationToken);
        }

        await using var labels = new LabelLeases(locks, time);
        var progress = new ImportUndoProgress(db, Get<TimelineStore>(), work, undo, time);
        var creations = new CreationPieces(db, progress);
        var changes = new ChangePieces(db, progress, labels, Get<LabelStore>(), Get<CustomFieldStore>(), Get<TombstoneStore>(), Get<SuppressionStore>());
        await EachAsync(creations.NextAsync);
        await EachAsync(changes.NextAsync);
        await progress.FinishAsync(cancellationToken);

        async Task EachAsync(Func<CancellationToken, Task<bool>> next)
        {
            for (var began = time.GetTimestamp(); await ImportRaces.WinAsync(db, time, () => next(cancellationToken), cancellationToken); began = time.GetTimestamp())
            {
                await rightOfWay.GiveWayAsync(began, cancellationToken);
            }
        }
    }
}
