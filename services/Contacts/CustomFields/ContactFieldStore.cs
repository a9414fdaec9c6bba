using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.CustomFields;

/// <summary>Changes what contacts have in custom fields.</summary>
public sealed class ContactFieldStore(ContactsDbContext db, CustomFieldStore fields)
{
    /// <summary>Finds what a change wants, and keeps its fields as they are until the transaction that is open ends. Before any contact is held.</summary>
    /// <returns>The value wanted in each field; null clears it.</returns>
    /// <exception cref="RefusalException">INVALID_FIELD.</exception>
    public async Task<Dictionary<long, FieldValue?>> ResolveAsync(FieldChange change, CancellationToken cancellationToken) =>
        change.None ? [] : change.Resolve(await fields.ShareAsync(change.Keys, cancellationToken));

    /// <summary>Notes the wanted values of a held contact on the context; saving it writes them.</summary>
    /// <param name="contactId">The contact.</param>
    /// <param name="wanted">The values wanted.</param>
    /// <param name="all">Whether all other fields are to be cleared.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>True when something changes.</returns>
    public async Task<bool> ChangeAsync(long contactId, IReadOnlyDictionary<long, FieldValue?> wanted, bool all, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0 && !all)
        {
            return false;
        }
        var rows = await db.ContactFieldValues.Where(v => v.ContactId == contactId).ToDictionaryAsync(v => v.CustomFieldId, cancellationToken);
        var changed = false;
        foreach (var row in rows.Values.Where(r => wanted.TryGetValue(r.CustomFieldId, out var value) ? value is null : all))
        {
            db.Remove(row);
            changed = true;
        }
        foreach (var (fieldId, value) in wanted.Where(w => w.Value is not null))
        {
            if (!rows.TryGetValue(fieldId, out var row))
            {
                db.Add(row = new ContactFieldValue { AccountId = db.AccountId, ContactId = contactId, CustomFieldId = fieldId });
            }
            else if (FieldValue.Of(row) == value)
            {
                continue;
            }
            value!.CopyTo(row);
            changed = true;
        }
        return changed;
    }

    /// <summary>Fields of which a change is noted on the context.</summary>
    public IReadOnlyList<long> Changed() => [.. db.ChangeTracker.Entries<ContactFieldValue>().Where(e => e.State != EntityState.Unchanged).Select(e => e.Entity.CustomFieldId)];
}
