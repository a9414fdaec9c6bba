using System.Data.Common;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.Lists;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.Merges;

/// <summary>Hands on what a contact carries, within the transaction that is open.</summary>
public sealed class MergeStore(ContactsDbContext db, ContactListStore lists)
{
    private static readonly SqlText CopyLabels = new(
        """
        INSERT INTO label_members (account_id, label_id, contact_id)
        SELECT account_id, label_id, @survivor FROM label_members WHERE account_id = @account AND contact_id = @merged ORDER BY label_id
        ON CONFLICT DO NOTHING RETURNING label_id
        """,
        """
        INSERT INTO label_members (account_id, label_id, contact_id) OUTPUT inserted.label_id
        SELECT m.account_id, m.label_id, @survivor FROM label_members m WHERE m.account_id = @account AND m.contact_id = @merged
          AND NOT EXISTS (SELECT 1 FROM label_members t WITH (UPDLOCK, HOLDLOCK) WHERE t.account_id = @account AND t.label_id = m.label_id AND t.contact_id = @survivor)
        """);

    private static readonly SqlText CopyLists = new(
        """
        INSERT INTO contact_list_members (account_id, contact_list_id, contact_id, add_time)
        SELECT account_id, contact_list_id, @survivor, add_time FROM contact_list_members WHERE account_id = @account AND contact_id = @merged ORDER BY contact_list_id
        ON CONFLICT DO NOTHING RETURNING contact_list_id
        """,
        """
        INSERT INTO contact_list_members (account_id, contact_list_id, contact_id, add_time) OUTPUT inserted.contact_list_id
        SELECT m.account_id, m.contact_list_id, @survivor, m.add_time FROM contact_list_members m WHERE m.account_id = @account AND m.contact_id = @merged
          AND NOT EXISTS (SELECT 1 FROM contact_list_members t WITH (UPDLOCK, HOLDLOCK) WHERE t.account_id = @account AND t.contact_list_id = m.contact_list_id AND t.contact_id = @survivor)
        """);

    /// <summary>Keeps the labels and lists of a contact from going: before contacts, as everybody takes them.</summary>
    /// <returns>Those that are kept.</returns>
    public async Task<HashSet<long>> ShareAsync(long contactId, CancellationToken cancellationToken)
    {
        var (labelIds, listIds) = await CarriedAsync(contactId, cancellationToken);
        var shared = await ImportKnown.ShareLabelsAsync(db.Database.CurrentTransaction!.GetDbTransaction(), db.AccountId, labelIds, cancellationToken);
        shared.UnionWith(await lists.ShareAsync(listIds, cancellationToken));
        return shared;
    }

    /// <summary>True when a contact that is held carries nothing and is on nothing but what is shared.</summary>
    public async Task<bool> CarriesOnlyAsync(HashSet<long> shared, long contactId, CancellationToken cancellationToken)
    {
        var (labelIds, listIds) = await CarriedAsync(contactId, cancellationToken);
        return labelIds.Concat(listIds).All(shared.Contains);
    }

    /// <summary>Gives the survivor what the merged contact carries and is on.</summary>
    /// <returns>Labels and lists that it gained.</returns>
    public async Task<(List<long> LabelIds, List<long> ContactListIds)> CopyAsync(long survivorId, long mergedId, CancellationToken cancellationToken) =>
        (await RunAsync(CopyLabels, survivorId, mergedId, cancellationToken), await RunAsync(CopyLists, survivorId, mergedId, cancellationToken));

    private async Task<(List<long> LabelIds, List<long> ContactListIds)> CarriedAsync(long contactId, CancellationToken cancellationToken) =>
        (await db.LabelMembers.Where(m => m.ContactId == contactId).Select(m => m.LabelId).ToListAsync(cancellationToken),
            await db.ContactListMembers.Where(m => m.ContactId == contactId).Select(m => m.ContactListId).ToListAsync(cancellationToken));

    private async Task<List<long>> RunAsync(SqlText sql, long survivorId, long mergedId, CancellationToken cancellationToken)
    {
        await using DbCommand command = db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction())
            .With("account", db.AccountId).With("survivor", survivorId).With("merged", mergedId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
        }
        return ids;
    }
}
