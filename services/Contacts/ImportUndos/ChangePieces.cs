using System.Text.Json;
using ContactPlatform.Contacts.Consent;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.Erasures;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.Labels;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Contact = ContactPlatform.Contacts.Contacts.Contact;

namespace ContactPlatform.Contacts.ImportUndos;

/// <summary>Gives the contacts that an import changed back what they had, by ascending id.</summary>
public sealed class ChangePieces(ContactsDbContext db, ImportUndoProgress progress, LabelLeases leases, LabelStore labels, CustomFieldStore customFields, TombstoneStore tombstones, SuppressionStore suppressions)
{
    /// <summary>Contacts in a piece.</summary>
    private const int Size = 1000;

    /// <summary>Deals with the next piece; false when none is left.</summary>
    public async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        var import = progress.ImportId;
        List<long> ids = await db.ImportChanges.Where(c => c.ImportId == import).Select(c => c.ContactId).Distinct().Order().Take(Size).ToListAsync(cancellationToken);
        if (ids.Count == 0)
        {
            return false;
        }
        // A label rule that reads a label's members and an undo that takes some away keep apart, before anything is locked.
        await leases.HoldAsync(db.AccountId, (await RowsAsync(ids, cancellationToken)).SelectMany(r => r.Labels).Distinct().ToList(), cancellationToken);

        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var raw = transaction.GetDbTransaction();
        await ImportStore.HoldAsync(raw, db.AccountId, import, cancellationToken);
        // Another undo of this import may have dealt with some of them meanwhile.
        var rows = (await RowsAsync(ids, cancellationToken)).ToLookup(r => r.ContactId, r => r.Labels);
        ids = [.. rows.Select(r => r.Key).Order()];
        var changes = (await db.ImportValues.AsNoTracking().Where(v => v.ImportId == import && ids.Contains(v.ContactId)).OrderBy(v => v.Number).ToListAsync(cancellationToken))
            .GroupBy(v => v.ContactId, v => ImportChange.Read(v.Detail)).ToDictionary(g => g.Key, ImportChange.Join);
        await AddressGate.ShareAsync(db, cancellationToken);
        var shared = await ImportKnown.ShareLabelsAsync(raw, db.AccountId, rows.SelectMany(r => r).SelectMany(l => l).Distinct().ToList(), cancellationToken);
        var fields = await FieldsAsync([.. changes.Values.SelectMany(c => c.Custom.Keys).Distinct()], cancellationToken);
        await progress.LockAsync(ids, cancellationToken);

        var contacts = await db.Contacts.Where(c => ids.Contains(c.ContactId)).ToDictionaryAsync(c => c.ContactId, cancellationToken);
        var custom = (await db.ContactFieldValues.Where(v => ids.Contains(v.ContactId)).ToListAsync(cancellationToken)).ToLookup(v => v.ContactId);
        var phones = changes.Values.Select(c => c.Fields.GetValueOrDefault("phone")?.Before).OfType<string>().ToList();
        var erased = await tombstones.ErasedAsync(phones, cancellationToken);
        var unsubscribed = await suppressions.FindAsync(phones, cancellationToken);

        var piece = new Piece(progress.Committed, progress.Act());
        foreach (var id in ids)
        {
            if (contacts.TryGetValue(id, out var contact))
            {
                var change = changes.GetValueOrDefault(id) ?? new ImportChange([], []);
                Apply(contact, ImportUndoDecisions.Restore(ContactValues.Of(contact), custom[id].ToDictionary(v => v.CustomFieldId, FieldValue.Of), change, fields, erased.Contains), custom[id], piece, unsubscribed);
            }
            else
            {
                progress.Result(id, ImportUndoOutcome.Failed, ContactsReasons.ContactNotFound.Name, []);
                piece.Counts = piece.Counts.PlusLeft(ContactsReasons.ContactNotFound.Name);
            }
        }
        await suppressions.KeepAsync(contacts.Values.Where(c => c.UnsubscribedTime is not null && piece.Decided[c.ContactId].Fields.Contains("phone")).Select(c => c.Phone), piece.Act.Actor, piece.Act.Time, cancellationToken);
        var removed = await RemoveLabelsAsync(rows, contacts, shared, piece.Act, cancellationToken);
        Count(ids.Where(contacts.ContainsKey), removed.SelectMany(r => r.ContactIds).ToHashSet(), piece);
        await db.SaveChangesAsync(cancellationToken);
        await db.ImportValues.Where(v => v.ImportId == import && ids.Contains(v.ContactId)).ExecuteDeleteAsync(cancellationToken);
        await db.ImportChanges.Where(c => c.ImportId == import && ids.Contains(c.ContactId)).ExecuteDeleteAsync(cancellationToken);
        await progress.HappenedAsync(piece.Act, piece.Happened(removed), cancellationToken);
        Tell(piece);
        leases.ThrowIfLost();
        await progress.CommitAsync(transaction, piece.Counts, cancellationToken);
        return true;
    }

    /// <summary>Puts what was decided into a contact.</summary>
    private void Apply(Contact contact, Restoration back, IEnumerable<ContactFieldValue> custom, Piece piece, HashSet<string> unsubscribed)
    {
        piece.Decided.Add(contact.ContactId, back);
        if (back.Fields.Count + back.Custom.Count == 0)
        {
            return;
        }
        back.Values.CopyTo(contact);
        contact.UpdateTime = piece.Act.Time;
        contact.Version++;
        if (contact.UnsubscribedTime is null && back.Fields.Contains("phone") && contact.Phone is { } phone && unsubscribed.Contains(phone))
        {
            contact.UnsubscribedTime = piece.Act.Time;
            piece.Unsubscribed.Add(contact.ContactId);
        }
        var has = custom.ToDictionary(v => v.CustomFieldId);
        foreach (var (fieldId, value) in back.Custom)
        {
            if (value is null)
            {
                db.Remove(has[fieldId]);
            }
            else
            {
                value.CopyTo(has[fieldId]);
            }
        }
    }

    /// <summary>Takes the labels away that the import gave.</summary>
    private async Task<List<(long LabelId, List<long> ContactIds)>> RemoveLabelsAsync(ILookup<long, List<long>> rows, Dictionary<long, Contact> there, HashSet<long> shared, TimelineAct act, CancellationToken cancellationToken)
    {
        var removed = new List<(long, List<long>)>();
        var gained = rows.Where(r => there.ContainsKey(r.Key)).SelectMany(r => r.SelectMany(l => l).Distinct(), (r, label) => (Label: label, ContactId: r.Key));
        foreach (var group in gained.Where(g => shared.Contains(g.Label)).GroupBy(g => g.Label, g => g.ContactId).OrderBy(g => g.Key))
        {
            var changed = await labels.ChangeAsync(add: false, group.Key, [.. group.Order()], act.Time, cancellationToken);
            removed.Add((group.Key, [.. changed.Where(c => c.Value).Select(c => c.Key).Order()]));
        }
        return removed;
    }

    private void Count(IEnumerable<long> contactIds, HashSet<long> unlabelled, Piece piece)
    {
        foreach (var id in contactIds)
        {
            var back = piece.Decided[id];
            var changed = back.Fields.Count + back.Custom.Count > 0 || unlabelled.Contains(id);
            if (back.Kept.Count > 0)
            {
                progress.Result(id, changed ? ImportUndoOutcome.PartlyRestored : ImportUndoOutcome.Kept, back.Reason, back.Kept);
            }
            piece.Counts = (changed, back.Kept.Count) switch
            {
                (true, 0) => piece.Counts with { Restored = piece.Counts.Restored + 1 },
                (true, _) => piece.Counts with { Partly = piece.Counts.Partly + 1 },
                (false, 0) => piece.Counts with { Unchanged = piece.Counts.Unchanged + 1 },
                _ => piece.Counts.PlusLeft(back.Reason),
            };
        }
    }

    private void Tell(Piece piece)
    {
        long[] updated = [.. piece.Decided.Where(d => d.Value.Fields.Count + d.Value.Custom.Count > 0).Select(d => d.Key).Order()];
        if (updated.Length > 0)
        {
            progress.Tell(piece.Act, c => c.ContactsUpdated = new() { ContactIds = { updated } });
        }
        if (piece.Unsubscribed.Count > 0)
        {
            progress.Tell(piece.Act, c => c.ContactsUnsubscribed = new() { ContactIds = { piece.Unsubscribed } });
        }
    }

    private async Task<List<(long ContactId, List<long> Labels)>> RowsAsync(List<long> ids, CancellationToken cancellationToken)
    {
        var import = progress.ImportId;
        var rows = await db.ImportChanges.AsNoTracking().Where(c => c.ImportId == import && ids.Contains(c.ContactId)).Select(c => new { c.ContactId, c.LabelIds }).ToListAsync(cancellationToken);
        return [.. rows.Select(r => (r.ContactId, JsonSerializer.Deserialize<List<long>>(r.LabelIds)!))];
    }

    /// <summary>Shares the custom fields that are still there.</summary>
    private async Task<Dictionary<long, CustomFields.CustomField>> FieldsAsync(List<long> fieldIds, CancellationToken cancellationToken)
    {
        var keys = fieldIds.Count == 0 ? [] : await db.CustomFields.Where(f => fieldIds.Contains(f.CustomFieldId)).Select(f => f.FieldKey).ToListAsync(cancellationToken);
        return (await customFields.ShareAsync(keys, cancellationToken)).Values.ToDictionary(f => f.CustomFieldId);
    }

    /// <summary>What becomes of the contacts of a piece.</summary>
    private sealed class Piece(ImportUndoCounts counts, TimelineAct act)
    {
        public ImportUndoCounts Counts { get; set; } = counts;

        public TimelineAct Act { get; } = act;

        public Dictionary<long, Restoration> Decided { get; } = [];

        public List<long> Unsubscribed { get; } = [];

        public IEnumerable<(TimelineEvent What, IEnumerable<long> ContactIds)> Happened(IEnumerable<(long LabelId, List<long> ContactIds)> removed) =>
            Decided.Where(d => d.Value.Fields.Count + d.Value.Custom.Count > 0).GroupBy(d => TimelineEvents.Updated(d.Value.Fields, d.Value.Custom.Keys), d => d.Key)
                .Select(g => (g.Key, (IEnumerable<long>)g))
                .Concat(removed.Select(r => (TimelineEvents.Label(r.LabelId, added: false), (IEnumerable<long>)r.ContactIds)))
                .Append((TimelineEvents.Consent(unsubscribed: true, "an address of it was unsubscribed before"), Unsubscribed));
    }
}
