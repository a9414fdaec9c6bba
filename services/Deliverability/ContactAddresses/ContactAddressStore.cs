using System.Data.Common;
using System.Text.Json;
using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.Changes;
using ContactPlatform.Deliverability.ContactFeed;
using ContactPlatform.Deliverability.AddressValidations;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Deliverability.ContactAddresses;

/// <summary>
/// Writes which contact has which address, within the transaction that is open. Addresses are locked before contacts, so
/// that whoever folds facts sees the contacts to tell of, or is waited for. Doing any of it again changes nothing.
/// </summary>
public sealed class ContactAddressStore(DeliverabilityDbContext db, AddressStore addresses, AddressFactStore facts, ContactAnnouncer announcer, TimeProvider time)
{
    /// <summary>Contacts of one statement: few enough to keep SQL Server from locking the whole table.</summary>
    public const int ChunkSize = 1000;

    private const string Rows = "json_to_recordset(@rows::json) AS r(contact_id bigint, address_id bigint)";
    private const string JsonRows = "OPENJSON(@rows) WITH (contact_id bigint, address_id bigint) AS r";

    private static readonly SqlText Put = new(
        $"""
        INSERT INTO contact_addresses (account_id, contact_id, address_id, link_version)
        SELECT @account, r.contact_id, r.address_id, 1 FROM {Rows}
        ON CONFLICT (account_id, contact_id) DO UPDATE SET address_id = excluded.address_id, link_version = contact_addresses.link_version + 1
        WHERE contact_addresses.delete_time IS NULL AND contact_addresses.address_id IS DISTINCT FROM excluded.address_id
        RETURNING contact_id, address_id, link_version
        """,
        $"""
        SET NOCOUNT ON;
        DECLARE @put TABLE (contact_id bigint, address_id bigint NULL, link_version bigint);
        UPDATE c SET address_id = r.address_id, link_version = c.link_version + 1
        OUTPUT inserted.contact_id, inserted.address_id, inserted.link_version INTO @put
        FROM contact_addresses AS c JOIN {JsonRows} ON c.account_id = @account AND c.contact_id = r.contact_id
        WHERE c.delete_time IS NULL AND EXISTS (SELECT c.address_id EXCEPT SELECT r.address_id);
        INSERT INTO contact_addresses (account_id, contact_id, address_id, link_version)
        OUTPUT inserted.contact_id, inserted.address_id, inserted.link_version INTO @put
        SELECT @account, r.contact_id, r.address_id, 1 FROM {JsonRows}
        WHERE NOT EXISTS (SELECT 1 FROM contact_addresses c WITH (UPDLOCK, HOLDLOCK) WHERE c.account_id = @account AND c.contact_id = r.contact_id);
        SELECT contact_id, address_id, link_version FROM @put;
        """);

    // What the feed has written is as new or newer.
    private static readonly SqlText Add = new(
        $"""
        INSERT INTO contact_addresses (account_id, contact_id, address_id, link_version)
        SELECT @account, r.contact_id, r.address_id, 1 FROM {Rows} ON CONFLICT (account_id, contact_id) DO NOTHING
        RETURNING contact_id, address_id, link_version
        """,
        $"""
        INSERT INTO contact_addresses (account_id, contact_id, address_id, link_version)
        OUTPUT inserted.contact_id, inserted.address_id, inserted.link_version
        SELECT @account, r.contact_id, r.address_id, 1 FROM {JsonRows}
        WHERE NOT EXISTS (SELECT 1 FROM contact_addresses c WITH (UPDLOCK, HOLDLOCK) WHERE c.account_id = @account AND c.contact_id = r.contact_id)
        """);

    private static readonly SqlText Leave = new(
        $"""
        INSERT INTO former_addresses (account_id, contact_id, address_id)
        SELECT @account, r.contact_id, r.address_id FROM {Rows} ON CONFLICT DO NOTHING
        """,
        $"""
        INSERT INTO former_addresses (account_id, contact_id, address_id) SELECT @account, r.contact_id, r.address_id FROM {JsonRows}
        WHERE NOT EXISTS (SELECT 1 FROM former_addresses f WITH (UPDLOCK, HOLDLOCK)
          WHERE f.account_id = @account AND f.contact_id = r.contact_id AND f.address_id = r.address_id)
        """);

    private static readonly SqlText End = new(
        """
        INSERT INTO contact_addresses (account_id, contact_id, link_version, delete_time) SELECT @account, id, 1, @time FROM unnest(@ids) AS id
        ON CONFLICT (account_id, contact_id) DO UPDATE SET address_id = NULL, delete_time = excluded.delete_time WHERE contact_addresses.delete_time IS NULL
        """,
        """
        SET NOCOUNT ON;
        UPDATE contact_addresses SET address_id = NULL, delete_time = @time
        WHERE account_id = @account AND delete_time IS NULL AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids));
        INSERT INTO contact_addresses (account_id, contact_id, link_version, delete_time)
        SELECT @account, CAST(j.value AS bigint), 1, @time FROM OPENJSON(@ids) AS j
        WHERE NOT EXISTS (SELECT 1 FROM contact_addresses c WITH (UPDLOCK, HOLDLOCK) WHERE c.account_id = @account AND c.contact_id = CAST(j.value AS bigint));
        """);

    /// <summary>Writes contacts as Contacts has them, and tells of those that got another address.</summary>
    /// <param name="contacts">At most 1,000, each once.</param>
    /// <param name="told">Facts of all their addresses, at the change's time.</param>
    /// <param name="changeTime">When Contacts changed them, UTC.</param>
    /// <param name="actor">Who did.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task LinkAsync(IReadOnlyList<KnownContact> contacts, IReadOnlyCollection<FactKind> told, DateTime changeTime, Actor actor, CancellationToken cancellationToken)
    {
        if (contacts.Count == 0)
        {
            return;
        }
        long[] ids = [.. contacts.Select(c => c.ContactId)];
        var before = await db.ContactAddresses.AsNoTracking().Where(c => ids.Contains(c.ContactId)).ToDictionaryAsync(c => c.ContactId, cancellationToken);
        var byEmail = await AdmitAsync(contacts, cancellationToken);
        var left = contacts.Where(c => before.GetValueOrDefault(c.ContactId)?.AddressId is { } old && old != Address(c)).Select(c => before[c.ContactId]).ToList();
        // Who gets an address while unsubscribed makes that address unsubscribed from then on, whatever it was before.
        var states = await facts.FoldAsync(
            [.. contacts.Where(c => Address(c) is not null).SelectMany(c => told.Select(kind => new AddressFact(Address(c)!.Value, kind, changeTime))
                .Concat(c.UnsubscribedTime is { } since
                    ? [new AddressFact(Address(c)!.Value, FactKind.ContactUnsubscribed, before.GetValueOrDefault(c.ContactId)?.AddressId == Address(c) || since > changeTime ? since : changeTime)]
                    : []))],
            byEmail.Values, actor, cancellationToken);
        if (left.Count > 0)
        {
            await using var leave = Command(Leave).With("rows", JsonSerializer.Serialize(left.Select(l => new { contact_id = l.ContactId, address_id = l.AddressId })));
            await leave.ExecuteNonQueryAsync(cancellationToken);
        }
        await TellAsync(await PutAsync(Put, contacts, Address, cancellationToken), states, actor, cancellationToken);

        long? Address(KnownContact contact) => contact.Email is { } email ? byEmail[email] : null;
    }

    /// <summary>Writes contacts of which the feed has not told yet; those of which it has are passed over.</summary>
    public async Task LearnAsync(IReadOnlyList<KnownContact> contacts, CancellationToken cancellationToken)
    {
        var byEmail = await AdmitAsync(contacts, cancellationToken);
        var states = await facts.FoldAsync(
            [.. contacts.Where(c => c.Email is not null && c.UnsubscribedTime is not null).Select(c => new AddressFact(byEmail[c.Email!], FactKind.ContactUnsubscribed, c.UnsubscribedTime!.Value))],
            byEmail.Values, null, cancellationToken);
        await TellAsync(await PutAsync(Add, contacts, c => c.Email is { } email ? byEmail[email] : null, cancellationToken), states, null, cancellationToken);
    }

    /// <summary>Ends contacts. What is known of their addresses stays, so that adding them anew frees nothing.</summary>
    public async Task DeleteAsync(long[] ids, DateTime deleteTime, CancellationToken cancellationToken)
    {
        await db.FormerAddresses.Where(f => ids.Contains(f.ContactId)).ExecuteDeleteAsync(cancellationToken);
        await using var command = Command(End).With("time", Clock.Truncate(deleteTime)).WithIds("ids", ids);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Forgets the addresses that contacts have or had, but for those that another contact has.</summary>
    public async Task EraseAsync(long[] ids, CancellationToken cancellationToken)
    {
        var had = await db.ContactAddresses.Where(c => ids.Contains(c.ContactId) && c.AddressId != null).Select(c => c.AddressId!.Value)
            .Union(db.FormerAddresses.Where(f => ids.Contains(f.ContactId)).Select(f => f.AddressId))
            // Also one that it was written to at before the feed had told of it.
            .Union(db.Messages.Where(m => m.ContactId != 0 && ids.Contains(m.ContactId)).Select(m => m.AddressId)).ToListAsync(cancellationToken);
        var kept = await db.ContactAddresses.Where(c => had.Contains(c.AddressId!.Value) && !ids.Contains(c.ContactId)).Select(c => c.AddressId!.Value).ToListAsync(cancellationToken);
        long[] gone = [.. had.Except(kept)];
        // Messages are locked before addresses. Mails to them, also those to an address that another contact has: what they were made of, and what was said about them.
        await db.Messages.Where(m => gone.Contains(m.AddressId) || (m.ContactId != 0 && ids.Contains(m.ContactId)))
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.VariableValues, "{}").SetProperty(m => m.DisplayName, "").SetProperty(m => m.Domain, "").SetProperty(m => m.Diagnostic, ""), cancellationToken);
        await WebhookOutbox.EraseAsync(db, ids, gone, cancellationToken);
        await ValidationStore.EraseAsync(db, ids, gone, cancellationToken);
        await addresses.EraseAsync(gone, cancellationToken);
        // Reasons are somebody's words, which may name the person.
        await db.Suppressions.Where(s => gone.Contains(s.AddressId)).ExecuteUpdateAsync(set => set.SetProperty(s => s.Reason, "").SetProperty(s => s.RemoveReason, ""), cancellationToken);
        await db.FactClearances.Where(c => gone.Contains(c.AddressId)).ExecuteUpdateAsync(set => set.SetProperty(c => c.Reason, ""), cancellationToken);
    }

    /// <summary>Notes that the addresses of a merged contact were those of the contact that stays: they go with it when it is erased.</summary>
    public async Task MergeAsync(long survivorId, long mergedId, DateTime mergeTime, CancellationToken cancellationToken)
    {
        var had = await db.ContactAddresses.Where(c => c.ContactId == mergedId && c.AddressId != null).Select(c => c.AddressId!.Value)
            .Union(db.FormerAddresses.Where(f => f.ContactId == mergedId).Select(f => f.AddressId)).ToListAsync(cancellationToken);
        if (had.Count > 0)
        {
            await using var command = Command(Leave).With("rows", JsonSerializer.Serialize(had.Order().Select(id => new { contact_id = survivorId, address_id = id })));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        await DeleteAsync([mergedId], mergeTime, cancellationToken);
    }

    /// <summary>Finds or adds the contacts' addresses. One that was erased was let in again if a contact has it, and is kept in plain once more.</summary>
    private async Task<Dictionary<string, long>> AdmitAsync(IEnumerable<KnownContact> contacts, CancellationToken cancellationToken)
    {
        var byEmail = await addresses.EnsureAsync(contacts.Select(c => c.Email).OfType<string>(), cancellationToken);
        var ids = byEmail.Values.ToList();
        foreach (var erased in await db.Addresses.Where(a => ids.Contains(a.AddressId) && a.KeyId != null).Select(a => a.AddressId).ToListAsync(cancellationToken))
        {
            await addresses.ReadmitAsync(erased, byEmail.First(e => e.Value == erased).Key, cancellationToken);
        }
        return byEmail;
    }

    /// <summary>Tells of contacts whose state others do not know: all but the first address of a contact of which nothing happened.</summary>
    private Task TellAsync(IEnumerable<ContactLink> put, IReadOnlyDictionary<long, AddressState> states, Actor? actor, CancellationToken cancellationToken) =>
        announcer.TellAsync([.. put.Where(l => l.LinkVersion > 1 || (l.AddressId is { } id && states[id].Version > 0))], states, actor, time.Now(), cancellationToken);

    private async Task<List<ContactLink>> PutAsync(SqlText sql, IEnumerable<KnownContact> contacts, Func<KnownContact, long?> address, CancellationToken cancellationToken)
    {
        await using var command = Command(sql).With("rows", JsonSerializer.Serialize(contacts.OrderBy(c => c.ContactId).Select(c => new { contact_id = c.ContactId, address_id = address(c) })));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var put = new List<ContactLink>();
        while (await reader.ReadAsync(cancellationToken))
        {
            put.Add(new(reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetInt64(1), reader.GetInt64(2)));
        }
        return put;
    }

    private DbCommand Command(SqlText sql) =>
        db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId);
}
