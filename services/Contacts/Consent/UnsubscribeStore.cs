using System.Data.Common;
using System.Text.Json;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.Consent;

/// <summary>What unsubscribing addresses did.</summary>
/// <param name="ByAddress">Of each address that contacts have, those contacts, and whether any was subscribed until now.</param>
/// <param name="Remembered">Addresses that were not remembered before.</param>
/// <param name="ContactIds">Contacts that were subscribed until now, ascending.</param>
public sealed record Unsubscribed(IReadOnlyDictionary<string, bool> ByAddress, IReadOnlySet<string> Remembered, IReadOnlyList<long> ContactIds);

/// <summary>Unsubscribes addresses, and every contact that has one of them, within the transaction that is open.</summary>
public sealed class UnsubscribeStore(ContactsDbContext db, SuppressionStore suppressions, TimelineStore timeline)
{
    // A phone is looked for in both of its indexes: that of contacts without email, which is unique, and that of the others.
    private static readonly SqlText Lock = new(
        """
        WITH found AS MATERIALIZED (
          SELECT c.contact_id FROM json_array_elements_text(@addresses::json) AS k(address)
          CROSS JOIN LATERAL (SELECT contact_id FROM contacts WHERE account_id = @account AND email = k.address LIMIT 1) AS c
          UNION
          SELECT c.contact_id FROM json_array_elements_text(@addresses::json) AS k(address)
          CROSS JOIN LATERAL (SELECT contact_id FROM contacts WHERE account_id = @account AND email IS NULL AND phone = k.address LIMIT 1) AS c
          UNION
          SELECT c.contact_id FROM json_array_elements_text(@addresses::json) AS k(address)
          JOIN contacts c ON c.account_id = @account AND c.email IS NOT NULL AND c.phone IS NOT NULL AND c.phone = k.address
        )
        SELECT c.contact_id, c.email, c.phone, c.unsubscribed_time IS NULL FROM found f JOIN contacts c ON c.account_id = @account AND c.contact_id = f.contact_id
        ORDER BY c.contact_id FOR NO KEY UPDATE OF c
        """,
        """
        SELECT contact_id, email, phone, CAST(CASE WHEN unsubscribed_time IS NULL THEN 1 ELSE 0 END AS bit) FROM contacts WITH (UPDLOCK, ROWLOCK)
        WHERE account_id = @account AND (
          (email IS NOT NULL AND email IN (SELECT [value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@addresses)))
          OR (phone IS NOT NULL AND phone IN (SELECT [value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@addresses))))
        ORDER BY contact_id
        """);

    private static readonly SqlText Mark = new(
        """
        UPDATE contacts c SET unsubscribed_time = @now, update_time = @now, version = c.version + 1
        FROM unnest(@contacts) AS k(id) WHERE c.account_id = @account AND c.contact_id = k.id
        """,
        """
        UPDATE contacts SET unsubscribed_time = @now, update_time = @now, version = version + 1
        WHERE account_id = @account AND contact_id IN (SELECT CAST([value] AS bigint) FROM OPENJSON(@contacts))
        """);

    /// <summary>Unsubscribes addresses. Holds the gate of addresses, so the caller holds no contact yet; tells the timeline, not the change feed.</summary>
    /// <param name="addresses">In normal form.</param>
    /// <param name="act">Who, why and when.</param>
    /// <param name="reason">In the words of who asked for it; may be empty.</param>
    /// <param name="dryRun">Only looks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Unsubscribed> ApplyAsync(IReadOnlyCollection<string> addresses, TimelineAct act, string reason, bool dryRun, CancellationToken cancellationToken)
    {
        await AddressGate.HoldAsync(db, cancellationToken);
        var wanted = addresses.ToHashSet();
        var known = await suppressions.FindAsync(wanted, cancellationToken);
        var remembered = wanted.Where(a => !known.Contains(a)).ToHashSet();
        var byAddress = new Dictionary<string, bool>();
        var changed = new List<long>();
        await using (var command = Command(Lock).With("addresses", JsonSerializer.Serialize(wanted.Order(StringComparer.Ordinal))))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var subscribed = reader.GetBoolean(3);
                foreach (var address in new[] { reader[1] as string, reader[2] as string }.OfType<string>().Where(wanted.Contains))
                {
                    byAddress[address] = byAddress.GetValueOrDefault(address) || subscribed;
                }
                if (subscribed)
                {
                    changed.Add(reader.GetInt64(0));
                }
            }
        }
        if (!dryRun)
        {
            await suppressions.AddAsync(remembered, act.Actor, act.RunId, act.Time, cancellationToken);
            if (changed.Count > 0)
            {
                await using var mark = Command(Mark).With("now", act.Time).WithIds("contacts", changed);
                await mark.ExecuteNonQueryAsync(cancellationToken);
                await timeline.AddManyAsync(act, [(TimelineEvents.Consent(unsubscribed: true, reason), changed)], cancellationToken);
            }
        }
        return new(byAddress, remembered, changed);
    }

    private DbCommand Command(SqlText sql) =>
        db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId);
}
