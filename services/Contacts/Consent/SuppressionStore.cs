using System.Text.Json;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Erasures;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.Consent;

/// <summary>Remembers and recognises unsubscribed addresses, within the transaction that is open.</summary>
public sealed class SuppressionStore(ContactsDbContext db, ErasureKeys keys)
{
    // One look into the key per hash, however the plan was made.
    private static readonly SqlText Find = new(
        """
        SELECT s.address_hash FROM json_array_elements_text(@hashes::json) AS k(hash)
        CROSS JOIN LATERAL (SELECT address_hash FROM suppressions WHERE account_id = @account AND address_hash = k.hash AND lift_time IS NULL LIMIT 1) AS s
        """,
        """
        SELECT address_hash FROM suppressions
        WHERE account_id = @account AND lift_time IS NULL AND address_hash IN (SELECT CAST([value] AS varchar(64)) FROM OPENJSON(@hashes))
        """);

    private static readonly SqlText Add = new(
        """
        INSERT INTO suppressions (account_id, address_hash, key_id, suppress_time, suppress_actor_kind, suppress_actor_subject, import_id, lift_actor_kind, lift_actor_subject)
        SELECT @account, k.hash, @key, @now, @kind, @subject, @import, 0, '' FROM json_array_elements_text(@hashes::json) AS k(hash)
        ON CONFLICT (account_id, address_hash) DO UPDATE SET suppress_time = excluded.suppress_time, suppress_actor_kind = excluded.suppress_actor_kind,
          suppress_actor_subject = excluded.suppress_actor_subject, import_id = excluded.import_id, lift_time = NULL, lift_actor_kind = 0, lift_actor_subject = ''
        """,
        """
        SET NOCOUNT ON;
        DECLARE @new TABLE (hash varchar(64) PRIMARY KEY);
        INSERT INTO @new (hash) SELECT CAST([value] AS varchar(64)) FROM OPENJSON(@hashes);
        UPDATE s SET suppress_time = @now, suppress_actor_kind = @kind, suppress_actor_subject = @subject, import_id = @import, lift_time = NULL, lift_actor_kind = 0, lift_actor_subject = N''
          FROM suppressions s JOIN @new n ON n.hash = s.address_hash WHERE s.account_id = @account;
        INSERT INTO suppressions (account_id, address_hash, key_id, suppress_time, suppress_actor_kind, suppress_actor_subject, import_id, lift_actor_kind, lift_actor_subject)
          SELECT @account, n.hash, @key, @now, @kind, @subject, @import, 0, N'' FROM @new n
          WHERE NOT EXISTS (SELECT 1 FROM suppressions s WITH (UPDLOCK, HOLDLOCK) WHERE s.account_id = @account AND s.address_hash = n.hash);
        """);

    /// <summary>False while there is no key: no address can be remembered then.</summary>
    public bool Configured => keys.Configured;

    /// <summary>Finds those of many addresses that are unsubscribed. Under the gate of addresses.</summary>
    public async Task<HashSet<string>> FindAsync(IEnumerable<string> addresses, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>();
        // Most accounts have not unsubscribed anybody.
        if (!keys.Configured || !await db.Suppressions.AnyAsync(s => s.LiftTime == null, cancellationToken))
        {
            return found;
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
            found.Add(byHash[reader.GetString(0)]);
        }
        return found;
    }

    /// <summary>Shares the gate of addresses, and says whether a contact that gets these is unsubscribed by that.</summary>
    public async Task<bool> ShareAsync(string? email, string? phone, CancellationToken cancellationToken)
    {
        string[] addresses = [.. new[] { email, phone }.OfType<string>()];
        await AddressGate.ShareAsync(db, cancellationToken);
        return addresses.Length > 0 && (await FindAsync(addresses, cancellationToken)).Count > 0;
    }

    /// <summary>
    /// Remembers the addresses that an unsubscribed contact has or gets, so that it stays unsubscribed also when it is
    /// deleted and comes in again. Under the gate of addresses.
    /// </summary>
    public Task KeepAsync(IEnumerable<string?> addresses, Actor actor, DateTime now, CancellationToken cancellationToken) =>
        AddAsync([.. addresses.OfType<string>().Distinct()], actor, 0, now, cancellationToken);

    /// <summary>Remembers addresses, also such as were subscribed again since. Whoever calls holds the gate of addresses.</summary>
    public async Task AddAsync(IReadOnlyCollection<string> addresses, Actor actor, long importId, DateTime now, CancellationToken cancellationToken)
    {
        if (addresses.Count == 0)
        {
            return;
        }
        var hashes = addresses.Select(a => keys.Hash(db.AccountId, a)).ToList();
        await using var command = db.Database.GetDbConnection().Command(Add, db.Database.CurrentTransaction!.GetDbTransaction())
            .With("account", db.AccountId).With("key", hashes[0].KeyId).With("now", now).With("kind", (short)actor.Kind).With("subject", actor.Subject).With("import", importId)
            .With("hashes", JsonSerializer.Serialize(hashes.Select(h => h.Hash).Distinct().Order(StringComparer.Ordinal)));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Forgets that addresses were unsubscribed.</summary>
    public async Task LiftAsync(IEnumerable<string> addresses, Caller caller, DateTime now, CancellationToken cancellationToken)
    {
        string[] hashes = [.. addresses.SelectMany(a => keys.Hashes(db.AccountId, a))];
        await db.Suppressions.Where(s => hashes.Contains(s.AddressHash) && s.LiftTime == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.LiftTime, now)
            .SetProperty(s => s.LiftActorKind, caller.Actor.Kind).SetProperty(s => s.LiftActorSubject, caller.Actor.Subject), cancellationToken);
    }
}
