using System.Data.Common;
using System.Text.Json;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Deliverability.Addresses;

/// <summary>Finds and adds addresses of the context's account. An erased one is found by whoever names it, under its hash.</summary>
public sealed class AddressStore(DeliverabilityDbContext db, IdSequence ids, ErasureKeys keys)
{
    // One look into the unique index per address, however the plan was made.
    private static readonly SqlText Find = new(
        """
        SELECT k.address, a.address_id FROM json_array_elements_text(@addresses::json) AS k(address)
        CROSS JOIN LATERAL (SELECT address_id FROM addresses WHERE account_id = @account AND address = k.address LIMIT 1) AS a
        """,
        """
        SELECT address, address_id FROM addresses
        WHERE account_id = @account AND address IN (SELECT [value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@addresses))
        """);

    private static readonly SqlText Add = new(
        """
        INSERT INTO addresses (account_id, address_id, address, status, version)
        SELECT @account, r.address_id, r.address, 1, 0 FROM json_to_recordset(@rows::json) AS r(address_id bigint, address text)
        ON CONFLICT (account_id, address) DO NOTHING
        """,
        """
        INSERT INTO addresses (account_id, address_id, address, status, version)
        SELECT @account, r.address_id, r.address, 1, 0
        FROM OPENJSON(@rows) WITH (address_id bigint, address nvarchar(254) COLLATE Latin1_General_100_BIN2) AS r
        WHERE NOT EXISTS (SELECT 1 FROM addresses a WITH (UPDLOCK, HOLDLOCK) WHERE a.account_id = @account AND a.address = r.address)
        """);

    /// <summary>Finds addresses that are known; erased ones, too.</summary>
    /// <param name="addresses">In normal form.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Dictionary<string, long>> FindAsync(IEnumerable<string> addresses, CancellationToken cancellationToken)
    {
        var wanted = addresses.Distinct().Order(StringComparer.Ordinal).ToList();
        var found = new Dictionary<string, long>();
        if (wanted.Count == 0)
        {
            return found;
        }
        foreach (var (address, id) in await ReadAsync(wanted, cancellationToken))
        {
            found[address] = id;
        }
        // An account without erased addresses has none to look for.
        if (found.Count < wanted.Count && keys.Configured && await db.Addresses.AnyAsync(a => a.KeyId != null, cancellationToken))
        {
            var byHash = new Dictionary<string, string>();
            foreach (var address in wanted.Where(a => !found.ContainsKey(a)))
            {
                foreach (var hash in keys.Hashes(db.AccountId, address))
                {
                    byHash[hash] = address;
                }
            }
            foreach (var (hash, id) in await ReadAsync([.. byHash.Keys.Order(StringComparer.Ordinal)], cancellationToken))
            {
                found[byHash[hash]] = id;
            }
        }
        return found;
    }

    /// <summary>Finds addresses, and adds those that are new. In a transaction it holds those that it adds, in the order of their texts.</summary>
    /// <param name="addresses">In normal form; some thousands at a time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The id of each.</returns>
    public async Task<Dictionary<string, long>> EnsureAsync(IEnumerable<string> addresses, CancellationToken cancellationToken)
    {
        var wanted = addresses.Distinct().Order(StringComparer.Ordinal).ToList();
        var found = await FindAsync(wanted, cancellationToken);
        var missing = wanted.Where(a => !found.ContainsKey(a)).ToList();
        if (missing.Count > 0)
        {
            var fresh = await ids.TakeAsync(missing.Count, cancellationToken);
            await using (var command = await CommandAsync(Add, cancellationToken))
            {
                command.With("rows", JsonSerializer.Serialize(missing.Select((a, i) => new { address_id = fresh[i], address = a })));
                await command.ExecuteNonQueryAsync(cancellationToken);
            }
            // Another may have been faster with some of them: then its id is the address's.
            foreach (var (address, id) in await ReadAsync(missing, cancellationToken))
            {
                found[address] = id;
            }
        }
        return found;
    }

    /// <summary>
    /// Puts keyed hashes in the place of addresses, within the open transaction, and forgets what their owners opened and
    /// clicked. What keeps them from being written to stays.
    /// </summary>
    /// <exception cref="InvalidOperationException">No key is configured: whoever erases has one.</exception>
    public async Task EraseAsync(IReadOnlyCollection<long> addressIds, CancellationToken cancellationToken)
    {
        if (addressIds.Count > 0 && !keys.Configured)
        {
            throw new InvalidOperationException($"{ErasureKeys.Section} is not configured, so an erased address cannot be kept as a hash");
        }
        foreach (var row in await db.Addresses.AsNoTracking().Where(a => addressIds.Contains(a.AddressId) && a.KeyId == null).OrderBy(a => a.AddressId).ToListAsync(cancellationToken))
        {
            var (key, hash) = keys.Hash(db.AccountId, row.Address);
            await db.Addresses.Where(a => a.AddressId == row.AddressId).ExecuteUpdateAsync(set => set
                .SetProperty(a => a.Address, hash).SetProperty(a => a.KeyId, key).SetProperty(a => a.Version, a => a.Version + 1)
                .SetProperty(a => a.LastSentTime, (DateTime?)null).SetProperty(a => a.LastOpenedTime, (DateTime?)null).SetProperty(a => a.LastClickedTime, (DateTime?)null)
                .SetProperty(a => a.MachineOpenedTime, (DateTime?)null).SetProperty(a => a.MachineClickedTime, (DateTime?)null), cancellationToken);
        }
    }

    /// <summary>Puts an address in the place of its hash, within the open transaction: it was let in again, and a contact has it.</summary>
    public async Task ReadmitAsync(long addressId, string address, CancellationToken cancellationToken) =>
        await db.Addresses.Where(a => a.AddressId == addressId && a.KeyId != null)
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.Address, address).SetProperty(a => a.KeyId, (string?)null), cancellationToken);

    private async Task<List<(string Address, long Id)>> ReadAsync(IReadOnlyCollection<string> addresses, CancellationToken cancellationToken)
    {
        var found = new List<(string, long)>();
        await using var command = await CommandAsync(Find, cancellationToken);
        command.With("addresses", JsonSerializer.Serialize(addresses));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add((reader.GetString(0), reader.GetInt64(1)));
        }
        return found;
    }

    private async Task<DbCommand> CommandAsync(SqlText sql, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        return db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction?.GetDbTransaction()).With("account", db.AccountId);
    }
}
