using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Deliverability.ValidationCredits;

/// <summary>
/// Changes credits of the context's account within the open transaction, each change with its entry in the ledger. Every
/// change is conditional in the database, so no number falls below zero whoever else changes it.
/// </summary>
public sealed class CreditStore(DeliverabilityDbContext db, IdSequence ids, TimeProvider time)
{
    private static readonly SqlText Begin = new(
        "INSERT INTO validation_credits (account_id, available, reserved, charged) VALUES (@account, 0, 0, 0) ON CONFLICT (account_id) DO NOTHING",
        """
        INSERT INTO validation_credits (account_id, available, reserved, charged)
        SELECT @account, 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM validation_credits WITH (UPDLOCK, HOLDLOCK) WHERE account_id = @account)
        """);

    /// <summary>Adds credits.</summary>
    /// <returns>The entry's id.</returns>
    public async Task<long> GrantAsync(long count, string reason, Actor actor, CancellationToken cancellationToken)
    {
        await using (var command = db.Database.GetDbConnection().Command(Begin, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        await db.ValidationCredits.ExecuteUpdateAsync(set => set.SetProperty(c => c.Available, c => c.Available + count), cancellationToken);
        return await NoteAsync(ValidationCreditEntryKind.Grant, count, 0, reason, actor, cancellationToken);
    }

    /// <summary>Reserves credits for a validation.</summary>
    /// <exception cref="RefusalException">CREDITS_INSUFFICIENT.</exception>
    public async Task ReserveAsync(long runId, long count, Actor actor, CancellationToken cancellationToken)
    {
        if (await db.ValidationCredits.Where(c => c.Available >= count)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Available, c => c.Available - count).SetProperty(c => c.Reserved, c => c.Reserved + count), cancellationToken) == 0)
        {
            var available = (await GetAsync(cancellationToken)).Available;
            throw new RefusalException(new Refusal(DeliverabilityReasons.CreditsInsufficient, $"the account has {available} credits, and {count} addresses are to be looked at; nothing was queued")
                .From($"AVAILABLE {available}", $"reserve {count}", $"at most {available}"));
        }
        await NoteAsync(ValidationCreditEntryKind.Reserve, count, runId, "", actor, cancellationToken);
    }

    /// <summary>Charges reserved credits of a validation, whose own row says that there are as many.</summary>
    public async Task ChargeAsync(long runId, long count, Actor actor, CancellationToken cancellationToken)
    {
        await db.ValidationCredits.ExecuteUpdateAsync(set => set.SetProperty(c => c.Reserved, c => c.Reserved - count).SetProperty(c => c.Charged, c => c.Charged + count), cancellationToken);
        await NoteAsync(ValidationCreditEntryKind.Charge, count, runId, "", actor, cancellationToken);
    }

    /// <summary>Returns reserved credits of a validation, whose own row says that there are as many.</summary>
    public async Task ReturnAsync(long runId, long count, Actor actor, CancellationToken cancellationToken)
    {
        await db.ValidationCredits.ExecuteUpdateAsync(set => set.SetProperty(c => c.Reserved, c => c.Reserved - count).SetProperty(c => c.Available, c => c.Available + count), cancellationToken);
        await NoteAsync(ValidationCreditEntryKind.Return, count, runId, "", actor, cancellationToken);
    }

    /// <summary>Reads the credits; none where nothing was granted yet.</summary>
    public async Task<CreditsRow> GetAsync(CancellationToken cancellationToken) =>
        await db.ValidationCredits.AsNoTracking().SingleOrDefaultAsync(cancellationToken) ?? new CreditsRow { AccountId = db.AccountId };

    private async Task<long> NoteAsync(ValidationCreditEntryKind kind, long count, long runId, string reason, Actor actor, CancellationToken cancellationToken)
    {
        var id = await ids.NextRisingAsync(cancellationToken);
        db.ValidationCreditEntries.Add(new()
        {
            AccountId = db.AccountId, EntryId = id, Kind = kind, CreditCount = count, RunId = runId, Reason = reason,
            CreateTime = time.Now(), ActorKind = actor.Kind, ActorSubject = actor.Subject, ActorName = actor.DisplayName,
        });
        await db.SaveChangesAsync(cancellationToken);
        return id;
    }
}
