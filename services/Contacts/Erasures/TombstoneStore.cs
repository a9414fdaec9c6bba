using System.Text.Json;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.Erasures;

/// <summary>Remembers and recognises erased addresses.</summary>
public sealed class TombstoneStore(ContactsDbContext db, ErasureKeys keys)
{
    // One look into the key per hash, however the plan was made.
    private static readonly SqlText Find = new(
        """
        SELECT t.address_hash FROM json_array_elements_text(@hashes::json) AS k(hash)
        CROSS JOIN LATERAL (SELECT address_hash FROM tombstones WHERE account_id = @account AND address_hash = k.hash AND readmit_time IS NULL LIMIT 1) AS t
        """,
        """
        SELECT address_hash FROM tombstones
        WHERE account_id = @account AND readmit_time IS NULL AND address_hash IN (SELECT CAST([value] AS varchar(64)) FROM OPENJSON(@hashes))
        """);

    /// <summary>Remembers an address as erased.</summary>
    public async Task AddAsync(string address, long contactId, Caller caller, DateTime now, CancellationToken cancellationToken)
    {
        var (keyId, hash) = keys.Hash(db.AccountId, address);
        if (await db.Tombstones.SingleOrDefaultAsync(t => t.AddressHash == hash, cancellationToken) is { } known)
        {
            // Erased before, and let in again since.
            (known.ContactId, known.EraseTime, known.EraseActorKind, known.EraseActorSubject) = (contactId, now, caller.Actor.Kind, caller.Actor.Subject);
            (known.ReadmitTime, known.ReadmitActorKind, known.ReadmitActorSubject) = (null, 0, "");
            return;
        }
        db.Add(new Tombstone
        {
            AccountId = db.AccountId, AddressHash = hash, KeyId = keyId, ContactId = contactId,
            EraseTime = now, EraseActorKind = caller.Actor.Kind, EraseActorSubject = caller.Actor.Subject,
        });
    }

    /// <summary>Refuses to store an address that was erased.</summary>
    /// <param name="email">A new email; null for none.</param>
    /// <param name="phone">A new phone; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The refusal; null when neither was erased.</returns>
    public async Task<Refusal?> CheckAsync(string? email, string? phone, CancellationToken cancellationToken)
    {
        if (email is not null && await Active(email).AnyAsync(cancellationToken))
        {
            return ErasureDecisions.Erased("email");
        }
        return phone is not null && await Active(phone).AnyAsync(cancellationToken) ? ErasureDecisions.Erased("phone") : null;
    }

    /// <summary>Finds those of many addresses that were erased, within the transaction that is open.</summary>
    public async Task<HashSet<string>> ErasedAsync(IEnumerable<string> addresses, CancellationToken cancellationToken)
    {
        var erased = new HashSet<string>();
        // Most accounts never erased anybody.
        if (!keys.Configured || !await db.Tombstones.AnyAsync(t => t.ReadmitTime == null, cancellationToken))
        {
            return erased;
        }
        var byHash = new Dictionary<string, string>();
        foreach (var address in addresses.Distinct())
        {
            foreach (var hash in keys.Hashes(db.AccountId, address))
            {
                byHash[hash] = address;
            }
        }
        await using var command = db.Database.GetDbConnection().Command(Find, db.Database.CurrentTransaction!.GetDbTransaction())
            .With("account", db.AccountId).With("hashes", JsonSerializer.Serialize(byHash.Keys.Order(StringComparer.Ordinal)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            erased.Add(byHash[reader.GetString(0)]);
        }
        return erased;
    }

    /// <summary>Lets an address in again.</summary>
    /// <returns>False when it was not erased.</returns>
    public async Task<bool> ReadmitAsync(string address, Caller caller, DateTime now, CancellationToken cancellationToken) =>
        await Active(address).ExecuteUpdateAsync(set => set.SetProperty(t => t.ReadmitTime, now)
            .SetProperty(t => t.ReadmitActorKind, caller.Actor.Kind).SetProperty(t => t.ReadmitActorSubject, caller.Actor.Subject), cancellationToken) > 0;

    private IQueryable<Tombstone> Active(string address)
    {
        string[] hashes = [.. keys.Hashes(db.AccountId, address)];
        return db.Tombstones.Where(t => hashes.Contains(t.AddressHash) && t.ReadmitTime == null);
    }
}
