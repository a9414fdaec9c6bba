using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.ContactFeed;
using ContactPlatform.Deliverability.DeliveryEvents;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.AddressValidations;

/// <summary>
/// Works on validations, in the order of their items. A piece is one transaction: the results, the counts, what they cost,
/// the items, which go, and the run's progress at this worker's epoch. So every address is paid for once.
/// </summary>
public sealed class ValidationExecutor(IServiceScopeFactory scopes, ContactReader contacts, RightOfWay rightOfWay, TimeProvider time) : IRunExecutor
{
    /// <summary>Items of a piece.</summary>
    private const int PieceSize = 1000;

    /// <inheritdoc/>
    public string Kind => ValidationRow.RunKind;

    /// <inheritdoc/>
    public async Task ExecuteAsync(RunWork work, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = work.Row.AccountId;
        for (var began = time.GetTimestamp(); await NextAsync(work, scope.ServiceProvider, cancellationToken); began = time.GetTimestamp())
        {
            await rightOfWay.GiveWayAsync(began, cancellationToken);
        }
    }

    private async Task<bool> NextAsync(RunWork work, IServiceProvider scope, CancellationToken cancellationToken)
    {
        var (db, store) = (scope.GetRequiredService<DeliverabilityDbContext>(), scope.GetRequiredService<ValidationStore>());
        var items = await db.ValidationItems.AsNoTracking().Where(i => i.RunId == work.Row.RunId && i.ItemNumber > work.Row.CursorId)
            .OrderBy(i => i.ItemNumber).Take(PieceSize).ToListAsync(cancellationToken);
        // Asked before the transaction, which waits for nothing but the database.
        var ids = items.Select(i => i.ContactId).Where(id => id != 0).ToList();
        var known = ids.Count == 0 ? [] : (await contacts.GetAsync(work.Row.AccountId, ids, cancellationToken)).ToDictionary(c => c.ContactId);
        db.ChangeTracker.Clear();
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        if (items.Count == 0)
        {
            await store.ReturnAsync(work.Row, cancellationToken);
            await work.CheckpointAsync(db, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return false;
        }
        var results = await LookAsync(items.Where(i => i.ContactId == 0 || known.GetValueOrDefault(i.ContactId)?.Email is not null)
            .Select(i => (i, i.ContactId == 0 ? i.Input : known[i.ContactId].Email!)), scope, cancellationToken);
        await store.AddResultsAsync(work, results, cancellationToken);
        var last = items[^1].ItemNumber;
        await db.ValidationItems.Where(i => i.RunId == work.Row.RunId && i.ItemNumber <= last).ExecuteDeleteAsync(cancellationToken);
        work.Row.CursorId = last;
        work.Row.DoneCount += items.Count;
        work.Row.ChangedCount += results.Count;
        work.Skip(DeliverabilityReasons.ContactNotFound.Name, ids.Count - known.Count);
        work.Skip(DeliverabilityReasons.ContactWithoutEmail.Name, known.Count - results.Count(r => r.ContactId != 0));
        await work.CheckpointAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private async Task<List<ValidationResultRow>> LookAsync(IEnumerable<(ValidationItemRow Item, string Text)> items, IServiceProvider scope, CancellationToken cancellationToken)
    {
        var (addresses, facts, recipients) = (scope.GetRequiredService<AddressStore>(), scope.GetRequiredService<AddressFactStore>(), scope.GetRequiredService<EventRecipients>());
        var now = time.Now();
        var looked = items.Select(i => (i.Item, Check: AddressCheck.Of(i.Text))).ToList();
        var ids = await addresses.FindAsync(looked.Select(l => l.Check.Address).Where(a => a.Length > 0), cancellationToken);
        var states = await facts.GetAsync(ids.Values, cancellationToken);
        var erased = await recipients.ErasedAsync(ids.Values, cancellationToken);
        return [.. looked.Select(l =>
        {
            var id = ids.GetValueOrDefault(l.Check.Address);
            var check = states.TryGetValue(id, out var state) ? l.Check.With(state.Facts, now) : l.Check;
            // What is known of an erased person is told; who it was is not kept.
            var gone = erased.Contains(id);
            return new ValidationResultRow
            {
                RunId = l.Item.RunId, ItemNumber = l.Item.ItemNumber, ContactId = l.Item.ContactId, Verdict = check.Verdict, Findings = ValidationResultRow.Mask(check.Findings),
                Input = gone ? "" : l.Item.Input, Address = gone ? "" : check.Address, Suggestion = gone ? "" : check.Suggestion,
                Problem = EventText.Clean(check.Problem, ValidationResultRow.MaximumProblem),
            };
        })];
    }
}
