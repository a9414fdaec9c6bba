using System.Data.Common;
using System.Text.Json;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Changes;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.Erasures;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.Consent;

/// <summary>
/// Takes over that recipients unsubscribed by means of a message: a fact that Deliverability owns, and that leads one way
/// only. Somebody who was subscribed again here afterwards stays so, since what is told can be older than that.
/// </summary>
public sealed partial class LinkUnsubscriptions(
    ContactsDbContext db, CurrentAccount account, SuppressionStore suppressions, UnsubscribeStore unsubscribes, ErasureKeys keys, TimeProvider time, ILogger<LinkUnsubscriptions> logger)
{
    private const string Reason = "unsubscribed by a message";

    private static readonly Actor Service = new() { Kind = ActorKind.Service, Subject = "service:deliverability", DisplayName = "deliverability" };

    private static readonly SqlText Subscribed = new(
        """
        SELECT c.contact_id, c.email FROM unnest(@ids) AS k(id)
        CROSS JOIN LATERAL (SELECT contact_id, email FROM contacts WHERE account_id = @account AND contact_id = k.id AND email IS NOT NULL AND unsubscribed_time IS NULL LIMIT 1) AS c
        """,
        """
        SELECT contact_id, email FROM contacts
        WHERE account_id = @account AND email IS NOT NULL AND unsubscribed_time IS NULL AND contact_id IN (SELECT CAST([value] AS bigint) FROM OPENJSON(@ids))
        """);

    private static readonly SqlText Lifted = new(
        """
        SELECT s.address_hash, s.lift_time FROM json_array_elements_text(@hashes::json) AS k(hash)
        CROSS JOIN LATERAL (SELECT address_hash, lift_time FROM suppressions WHERE account_id = @account AND address_hash = k.hash AND lift_time IS NOT NULL LIMIT 1) AS s
        """,
        """
        SELECT address_hash, lift_time FROM suppressions
        WHERE account_id = @account AND lift_time IS NOT NULL AND address_hash IN (SELECT CAST([value] AS varchar(64)) FROM OPENJSON(@hashes))
        """);

    /// <summary>Unsubscribes contacts within the open transaction, before it holds any contact.</summary>
    /// <param name="told">By account and contact when the recipient unsubscribed, UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ApplyAsync(IReadOnlyDictionary<(long Account, long Contact), DateTime> told, CancellationToken cancellationToken)
    {
        foreach (var ofAccount in told.GroupBy(t => t.Key.Account).OrderBy(g => g.Key))
        {
            account.Id = ofAccount.Key;
            await ApplyAsync(ofAccount.ToDictionary(t => t.Key.Contact, t => t.Value), cancellationToken);
        }
        account.Id = 0;
    }

    private async Task ApplyAsync(Dictionary<long, DateTime> told, CancellationToken cancellationToken)
    {
        // Most are repeated with whatever else is told of the contact.
        if ((await SubscribedAsync(told.Keys, cancellationToken)).Count == 0)
        {
            return;
        }
        if (!suppressions.Configured)
        {
            LogNotKept(told.Count);
            return;
        }
        // From here on no address moves to another contact, and nobody is subscribed again.
        await AddressGate.HoldAsync(db, cancellationToken);
        var subscribed = await SubscribedAsync(told.Keys, cancellationToken);
        var lifted = await LiftedAsync(subscribed, cancellationToken);
        string[] addresses = [.. subscribed.Where(s => !(lifted.TryGetValue(s.Email, out var at) && at >= told[s.Contact])).Select(s => s.Email)];
        if (addresses.Length == 0)
        {
            return;
        }
        var now = time.UtcNow();
        var done = await unsubscribes.ApplyAsync(addresses, new(Service, V1.TimelineCause.Api, 0, now), Reason, dryRun: false, cancellationToken);
        if (done.ContactIds.Count > 0)
        {
            db.Add(ContactChanges.Unsubscribed(new(db.AccountId, Service), now, done.ContactIds));
        }
        await db.SaveChangesAsync(cancellationToken);
    }

    private async Task<List<(long Contact, string Email)>> SubscribedAsync(IReadOnlyCollection<long> contactIds, CancellationToken cancellationToken)
    {
        await using var command = Command(Subscribed).WithIds("ids", contactIds);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var subscribed = new List<(long, string)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            subscribed.Add((reader.GetInt64(0), reader.GetString(1)));
        }
        return subscribed;
    }

    private async Task<Dictionary<string, DateTime>> LiftedAsync(List<(long Contact, string Email)> subscribed, CancellationToken cancellationToken)
    {
        var byHash = new Dictionary<string, string>();
        foreach (var (_, email) in subscribed)
        {
            foreach (var hash in keys.Hashes(db.AccountId, email))
            {
                byHash[hash] = email;
            }
        }
        await using var command = Command(Lifted).With("hashes", JsonSerializer.Serialize(byHash.Keys.Order(StringComparer.Ordinal)));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lifted = new Dictionary<string, DateTime>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var (email, at) = (byHash[reader.GetString(0)], DateTime.SpecifyKind(reader.GetDateTime(1), DateTimeKind.Utc));
            lifted[email] = lifted.TryGetValue(email, out var other) && other > at ? other : at;
        }
        return lifted;
    }

    private DbCommand Command(SqlText sql) =>
        db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} contacts unsubscribed by messages and are not marked here: no Erasure:Keys are configured; Deliverability sends nothing to them nevertheless")]
    private partial void LogNotKept(int count);
}
