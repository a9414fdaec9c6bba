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
        $"""
        SELECT c.contact_id, c.address_id, CASE WHEN c.delete_time IS NULL THEN 0 ELSE 1 END, {GateRows.Columns} FROM unnest(@ids) AS k(id)
        JOIN contact_addresses AS c ON c.account_id = @account AND c.contact_id = k.id
        LEFT JOIN addresses AS a ON a.account_id = @account AND a.address_id = c.address_id
        """,
        $"""
        SELECT c.contact_id, c.address_id, CASE WHEN c.delete_time IS NULL THEN 0 ELSE 1 END, {GateRows.Columns} FROM contact_addresses AS c
        LEFT JOIN addresses AS a ON a.account_id = @account AND a.address_id = c.address_id
        WHERE c.account_id = @account AND c.contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
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

    /// <summary>Decides about contacts; asks Contacts for those that are new here. Not within a transaction.</summary>
    /// <returns>For each contact that exists the decision; null where it has no address.</returns>
    /// <exception cref="RefusalException">SERVICE_UNAVAILABLE: Contacts does not answer.</exception>
    public async Task<IReadOnlyDictionary<long, SendDecision?>> CheckContactsAsync(IReadOnlyCollection<long> contactIds, CancellationToken cancellationToken)
    {
        var decided = new Dictionary<long, SendDecision?>(contactIds.Count);
        var deleted = new HashSet<long>();
        await ReadAsync(contactIds, decided, deleted, cancellationToken);
        if (decided.Count + deleted.Count < contactIds.Count)
        {
            long[] unknown = [.. contactIds.Where(id => !decided.ContainsKey(id) && !deleted.Contains(id))];
            await contacts.LearnAsync(unknown, cancellationToken);
            await ReadAsync(unknown, decided, deleted, cancellationToken);
        }
        return decided;
    }

    private async Task ReadAsync(IReadOnlyCollection<long> ids, Dictionary<long, SendDecision?> decided, HashSet<long> deleted, CancellationToken cancellationToken)
    {
        var now = time.Now();
        await db.Database.OpenConnectionAsync(cancellationToken);
        await using var command = db.Database.GetDbConnection().Command(Linked, db.Database.CurrentTransaction?.GetDbTransaction()).With("account", db.AccountId).WithIds("ids", ids);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetInt64(0);
            if (reader.GetInt32(2) == 1)
            {
                deleted.Add(id);
            }
            else
            {
                decided[id] = reader.IsDBNull(1) ? null : GateRows.Decide(reader, 3, now);
            }
        }
    }
}
