using System.Data.Common;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.Lists;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.Merges;

/// <summary>Hands on what a contact carries, within the transaction that is open.</summary>
public sealed class MergeStore(ContactsDbContext db, CustomFieldStore fields, ContactListStore lists)
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

    private static readonly SqlText FillFields = new(
        """
        INSERT INTO contact_field_values (account_id, contact_id, custom_field_id, text_value, text_key, number_value, date_value, boolean_value)
        SELECT account_id, @survivor, custom_field_id, text_value, text_key, number_value, date_value, boolean_value
        FROM contact_field_values WHERE account_id = @account AND contact_id = @merged ORDER BY custom_field_id
        ON CONFLICT DO NOTHING RETURNING custom_field_id
        """,
        """
        INSERT INTO contact_field_values (account_id, contact_id, custom_field_id, text_value, text_key, number_value, date_value, boolean_value)
        OUTPUT inserted.custom_field_id
        SELECT v.account_id, @survivor, v.custom_field_id, v.text_value, v.text_key, v.number_value, v.date_value, v.boolean_value
        FROM contact_field_values v WHERE v.account_id = @account AND v.contact_id = @merged
          AND NOT EXISTS (SELECT 1 FROM contact_field_values t WITH (UPDLOCK, HOLDLOCK) WHERE t.account_id = @account AND t.contact_id = @survivor AND t.custom_field_id = v.custom_field_id)
        """);

    /// <summary>Keeps the labels, custom fields and lists of a contact from going: before contacts, as everybody takes them.</summary>
    /// <returns>Those that are kept.</returns>
    public async Task<HashSet<long>> ShareAsync(long contactId, CancellationToken cancellationToken)
    {
        var (labelIds, fieldIds, listIds) = await CarriedAsync(contactId, cancellationToken);
        var shared = await ImportKnown.ShareLabelsAsync(db.Database.CurrentTransaction!.GetDbTransaction(), db.AccountId, labelIds, cancellationToken);
        var keys = fieldIds.Count == 0 ? [] : await db.CustomFields.Where(f => fieldIds.Contains(f.CustomFieldId)).Select(f => f.FieldKey).ToListAsync(cancellationToken);
        shared.UnionWith((await fields.ShareAsync(keys, cancellationToken)).Values.Select(f => f.CustomFieldId));
        shared.UnionWith(await lists.ShareAsync(listIds, cancellationToken));
        return shared;
    }

    /// <summary>True when a contact that is held carries nothing and is on nothing but what is shared.</summary>
    public async Task<bool> CarriesOnlyAsync(HashSet<long> shared, long contactId, CancellationToken cancellationToken)
    {
        var (labelIds, fieldIds, listIds) = await CarriedAsync(contactId, cancellationToken);
        return labelIds.Concat(fieldIds).Concat(listIds).All(shared.Contains);
    }

    /// <summary>Gives the survivor what the merged contact carries and is on, and what it has in custom fields in which the survivor has nothing.</summary>
    /// <returns>Labels, lists and custom fields that it gained.</returns>
    public async Task<(List<long> LabelIds, List<long> ContactListIds, List<CustomField> Fields)> CopyAsync(long survivorId, long mergedId, CancellationToken cancellationToken)
    {
        var labelIds = await RunAsync(CopyLabels, survivorId, mergedId, cancellationToken);
        var listIds = await RunAsync(CopyLists, survivorId, mergedId, cancellationToken);
        var fieldIds = await RunAsync(FillFields, survivorId, mergedId, cancellationToken);
        return (labelIds, listIds, fieldIds.Count == 0 ? [] : await db.CustomFields.AsNoTracking().Where(f => fieldIds.Contains(f.CustomFieldId)).OrderBy(f => f.CustomFieldId).ToListAsync(cancellationToken));
    }

    /// <summary>Notes the addresses of the merged contact, and those that it stands for, for the survivor.</summary>
    public async Task RememberAsync(long survivorId, Contact merged, CancellationToken cancellationToken)
    {
        var known = await db.MergedAddresses.AsNoTracking().Where(m => m.ContactId == survivorId || m.ContactId == merged.ContactId).ToListAsync(cancellationToken);
        var ofSurvivor = known.Where(m => m.ContactId == survivorId).Select(m => m.Address);
        db.AddRange(known.Select(m => m.Address).Concat(new[] { merged.Email, merged.Phone }.OfType<string>()).Distinct().Except(ofSurvivor)
            .Select(a => new MergedAddress { AccountId = db.AccountId, ContactId = survivorId, Address = a }));
    }

    /// <summary>Addresses of those who were merged into a contact, but for those that other contacts have by now.</summary>
    public async Task<List<string>> RememberedAsync(long contactId, CancellationToken cancellationToken)
    {
        var addresses = new List<string>();
        foreach (var address in await db.MergedAddresses.Where(m => m.ContactId == contactId).Select(m => m.Address).ToListAsync(cancellationToken))
        {
            var taken = EmailAddress.IsEmail(address)
                ? await db.Contacts.AnyAsync(c => c.Email == address && c.ContactId != contactId, cancellationToken)
                : await db.Contacts.AnyAsync(c => c.Phone == address && c.ContactId != contactId, cancellationToken);
            if (!taken)
            {
                addresses.Add(address);
            }
        }
        return addresses;
    }

    private async Task<(List<long> LabelIds, List<long> FieldIds, List<long> ContactListIds)> CarriedAsync(long contactId, CancellationToken cancellationToken) =>
        (await db.LabelMembers.Where(m => m.ContactId == contactId).Select(m => m.LabelId).ToListAsync(cancellationToken),
            await db.ContactFieldValues.Where(v => v.ContactId == contactId).Select(v => v.CustomFieldId).ToListAsync(cancellationToken),
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
