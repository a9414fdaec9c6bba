using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.ContactFeed;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Deliverability.Sendability;

/// <summary>Asks the send gate about addresses and contacts of the context's account, in the open transaction if there is one.</summary>
public sealed class SendGateStore(DeliverabilityDbContext db, AddressFactStore facts, AddressStore addresses, NewContacts contacts, TimeProvider time)
{
    private static readonly SqlText Linked = new(
        """
        SELECT c.contact_id, c.address_id, CASE WHEN c.delete_time IS NULL THEN 0 ELSE 1 END FROM unnest(@ids) AS k(id)
        JOIN contact_addresses AS c ON c.account_id = @account AND c.contact_id = k.id
        """,
        """
        SELECT contact_id, address_id, CASE WHEN delete_time IS NULL THEN 0 ELSE 1 END FROM contact_addresses
        WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        """);

    /// <summary>Decides about addresses by id. One that does not exist is left out.</summary>
    public async Task<IReadOnlyDictionary<long, SendDecision>> CheckAsync(IReadOnlyCollection<long> addressIds, CancellationToken cancellationToken)
    {
        var now = time.Now();
        return (await facts.GetAsync(addressIds, cancellationToken)).ToDictionary(s => s.Key, s => SendGate.Decide(s.Value.Facts, now));
    }

    /// <summary>Decides about addresses by text. Nothing is known of those that are not found, so they may be written to.</summary>
    /// <param name="texts">In normal form.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyDictionary<string, SendDecision>> CheckAsync(IReadOnlyCollection<string> texts, CancellationToken cancellationToken)
    {
        var known = await addresses.FindAsync(texts, cancellationToken);
        var decided = await CheckAsync([.. known.Values], cancellationToken);
        var unknown = SendGate.Decide(AddressFacts.None, time.Now());
        return texts.Distinct().ToDictionary(t => t, t => known.TryGetValue(t, out var id) ? decided[id] : unknown);
    }

    /// <summary>Finds the addresses of contacts; asks Contacts for those that are new here. Not within a transaction.</summary>
    /// <returns>For each contact that exists its address; null for none.</returns>
    /// <exception cref="RefusalException">SERVICE_UNAVAILABLE: Contacts does not answer.</exception>
    public async Task<IReadOnlyDictionary<long, long?>> ContactsAsync(IReadOnlyCollection<long> contactIds, CancellationToken cancellationToken)
    {
        var linked = await LinkedAsync(contactIds, cancellationToken);
        long[] unknown = [.. contactIds.Where(id => !linked.ContainsKey(id)).Distinct()];
        if (unknown.Length > 0)
        {
            await contacts.LearnAsync(unknown, cancellationToken);
            foreach (var (id, link) in await LinkedAsync(unknown, cancellationToken))
            {
                linked[id] = link;
            }
        }
        return linked.Where(l => !l.Value.Deleted).ToDictionary(l => l.Key, l => l.Value.AddressId);
    }

    private async Task<Dictionary<long, (long? AddressId, bool Deleted)>> LinkedAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        var linked = new Dictionary<long, (long?, bool)>(ids.Count);
        if (ids.Count == 0)
        {
            return linked;
        }
        await db.Database.OpenConnectionAsync(cancellationToken);
        await using var command = db.Database.GetDbConnection().Command(Linked, db.Database.CurrentTransaction?.GetDbTransaction()).With("account", db.AccountId).WithIds("ids", ids);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            linked[reader.GetInt64(0)] = (reader.IsDBNull(1) ? null : reader.GetInt64(1), reader.GetInt32(2) == 1);
        }
        return linked;
    }
}
