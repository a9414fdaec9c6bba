using ContactPlatform.Deliverability.ValidationCredits;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using NpgsqlTypes;

namespace ContactPlatform.Deliverability.AddressValidations;

/// <summary>Writes validations of the context's account within the open transaction.</summary>
public sealed class ValidationStore(DeliverabilityDbContext db, CreditStore credits, RunStore runs, TimeProvider time)
{
    private static readonly BulkColumn[] ItemColumns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("run_id", NpgsqlDbType.Bigint), new("item_number", NpgsqlDbType.Bigint), new("contact_id", NpgsqlDbType.Bigint), new("input", NpgsqlDbType.Text),
        new("create_time", NpgsqlDbType.TimestampTz),
    ];

    private static readonly BulkColumn[] ResultColumns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("run_id", NpgsqlDbType.Bigint), new("item_number", NpgsqlDbType.Bigint), new("contact_id", NpgsqlDbType.Bigint), new("input", NpgsqlDbType.Text),
        new("address", NpgsqlDbType.Text), new("verdict", NpgsqlDbType.Smallint), new("findings", NpgsqlDbType.Bigint), new("suggestion", NpgsqlDbType.Text), new("problem", NpgsqlDbType.Text),
    ];

    /// <summary>Reserves the credits of a validation and adds it, to be saved with what the caller adds.</summary>
    /// <exception cref="ServiceDefaults.Errors.RefusalException">CREDITS_INSUFFICIENT.</exception>
    public async Task AddAsync(long runId, string name, long count, Caller caller, CancellationToken cancellationToken)
    {
        await credits.ReserveAsync(runId, count, caller.Actor, cancellationToken);
        var run = runs.New(runId, ValidationRow.RunKind, 0, caller);
        // The set is fixed: it was given.
        (run.TotalCount, run.SetTime) = (count, run.CreateTime);
        db.Runs.Add(run);
        db.Validations.Add(new() { AccountId = caller.AccountId, RunId = runId, DisplayName = name, ReservedCredits = count });
    }

    /// <summary>Writes what is to be looked at.</summary>
    public Task AddItemsAsync(long runId, long firstNumber, IEnumerable<(long ContactId, string Input)> items, CancellationToken cancellationToken)
    {
        var now = time.Now();
        return WriteAsync("address_validation_items", ItemColumns, items.Select((item, i) => new object?[] { db.AccountId, runId, firstNumber + i, item.ContactId, item.Input, now }), cancellationToken);
    }

    /// <summary>Writes what was found, counts it, and pays for it.</summary>
    public async Task AddResultsAsync(RunWork work, IReadOnlyList<ValidationResultRow> results, CancellationToken cancellationToken)
    {
        if (results.Count == 0)
        {
            return;
        }
        var runId = work.Row.RunId;
        await WriteAsync("address_validation_results", ResultColumns, results.Select(r => new object?[]
        {
            db.AccountId, runId, r.ItemNumber, r.ContactId, r.Input, r.Address, (short)r.Verdict, r.Findings, r.Suggestion, r.Problem,
        }), cancellationToken);
        long Count(V1.AddressVerdict verdict) => results.LongCount(r => r.Verdict == verdict);
        var (good, risky, bad, all) = (Count(V1.AddressVerdict.Good), Count(V1.AddressVerdict.Risky), Count(V1.AddressVerdict.Bad), (long)results.Count);
        await db.Validations.Where(v => v.RunId == runId).ExecuteUpdateAsync(set => set
            .SetProperty(v => v.GoodCount, v => v.GoodCount + good).SetProperty(v => v.RiskyCount, v => v.RiskyCount + risky).SetProperty(v => v.BadCount, v => v.BadCount + bad)
            .SetProperty(v => v.ReservedCredits, v => v.ReservedCredits - all).SetProperty(v => v.ChargedCredits, v => v.ChargedCredits + all), cancellationToken);
        await credits.ChargeAsync(runId, all, work.Row.Actor, cancellationToken);
    }

    /// <summary>Returns what a validation has reserved and needs no more. Whoever comes second finds nothing to return.</summary>
    public async Task ReturnAsync(RunRow run, CancellationToken cancellationToken)
    {
        var rest = await db.Validations.Where(v => v.RunId == run.RunId).Select(v => v.ReservedCredits).SingleAsync(cancellationToken);
        if (rest > 0 && await db.Validations.Where(v => v.RunId == run.RunId && v.ReservedCredits == rest)
            .ExecuteUpdateAsync(set => set.SetProperty(v => v.ReservedCredits, 0), cancellationToken) > 0)
        {
            await credits.ReturnAsync(run.RunId, rest, run.Actor, cancellationToken);
        }
    }

    /// <summary>Takes what tells of erased people out of results.</summary>
    /// <param name="db">The database.</param>
    /// <param name="contactIds">The contacts.</param>
    /// <param name="addressIds">The addresses that go with them, which are still there to read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task EraseAsync(DeliverabilityDbContext db, IReadOnlyCollection<long> contactIds, IReadOnlyCollection<long> addressIds, CancellationToken cancellationToken)
    {
        var texts = await db.Addresses.Where(a => addressIds.Contains(a.AddressId) && a.KeyId == null).Select(a => a.Address).ToListAsync(cancellationToken);
        await db.ValidationResults.Where(r => r.Address != "" && texts.Contains(r.Address)).ExecuteUpdateAsync(set => set
            .SetProperty(r => r.Input, "").SetProperty(r => r.Address, "").SetProperty(r => r.Suggestion, ""), cancellationToken);
        await db.ValidationResults.Where(r => r.ContactId != 0 && contactIds.Contains(r.ContactId)).ExecuteUpdateAsync(set => set
            .SetProperty(r => r.Input, "").SetProperty(r => r.Address, "").SetProperty(r => r.Suggestion, ""), cancellationToken);
    }

    private Task<long> WriteAsync(string table, BulkColumn[] columns, IEnumerable<object?[]> rows, CancellationToken cancellationToken) =>
        BulkCopy.WriteAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), table, columns, rows, cancellationToken);
}
