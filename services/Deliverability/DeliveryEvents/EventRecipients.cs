using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.Tokens;
using ContactPlatform.Deliverability.V1;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>Finds whom events are about that name only a message.</summary>
public sealed class EventRecipients(DeliverabilityDbContext db, MailNames names)
{
    /// <summary>Names the message of ours that an event's Message-ID stands for: it has one recipient, whatever address the event was seen at.</summary>
    public EventDraft Recognise(EventDraft draft) =>
        draft.MessageId == 0 && draft.Reference.Length > 0 && names.ReadMessageId(draft.Reference) is { } message && message.AccountId == db.AccountId
            ? draft with { MessageId = message.MessageId, MessageFirst = true } : draft;

    /// <summary>
    /// Finds the addresses of events by their messages, from what is known of these: an event that names no address, and one
    /// whose address may be that of a place where the message was forwarded.
    /// </summary>
    public async Task<Dictionary<EventDraft, long>> FindAsync(IReadOnlyList<EventDraft> drafts, CancellationToken cancellationToken)
    {
        var found = new Dictionary<EventDraft, long>(ReferenceEqualityComparer.Instance);
        foreach (var draft in drafts.Where(d => d.AddressId != 0))
        {
            found[draft] = draft.AddressId;
        }
        var asked = drafts.Where(d => d.AddressId == 0 && (d.Address.Length == 0 || d.MessageFirst)).ToList();
        var messages = asked.Select(d => d.MessageId).Where(m => m != 0).Distinct().ToList();
        var references = asked.Select(d => d.Reference).Where(r => r.Length > 0).Distinct().ToList();
        var own = messages.Count == 0 ? [] : await db.Messages.Where(m => messages.Contains(m.MessageId)).ToDictionaryAsync(m => m.MessageId, m => m.AddressId, cancellationToken);
        var byMessage = messages.Count == 0 ? null : (await db.DeliveryEvents.Where(e => e.MessageId != 0 && messages.Contains(e.MessageId))
            .Select(e => new { e.MessageId, e.AddressId }).Distinct().ToListAsync(cancellationToken)).ToLookup(e => e.MessageId, e => e.AddressId);
        var byReference = references.Count == 0 ? null : (await db.DeliveryEvents.Where(e => e.MessageReference != "" && references.Contains(e.MessageReference))
            .Select(e => new { e.MessageReference, e.AddressId }).Distinct().ToListAsync(cancellationToken)).ToLookup(e => e.MessageReference, e => e.AddressId);
        foreach (var draft in asked)
        {
            if (own.TryGetValue(draft.MessageId, out var recipient))
            {
                found[draft] = recipient;
            }
            // A message that went to several says nothing about which of them.
            else if (byMessage?[draft.MessageId].Take(2).ToArray() is [var one])
            {
                found[draft] = one;
            }
            else if (byReference?[draft.Reference].Take(2).ToArray() is [var other])
            {
                found[draft] = other;
            }
        }
        return found;
    }

    /// <summary>Of addresses, those whose owners were erased.</summary>
    public async Task<HashSet<long>> ErasedAsync(IReadOnlyCollection<long> addressIds, CancellationToken cancellationToken)
    {
        // Most accounts have none.
        if (addressIds.Count == 0 || !await db.Addresses.AnyAsync(a => a.KeyId != null, cancellationToken))
        {
            return [];
        }
        return [.. await db.Addresses.Where(a => a.KeyId != null && addressIds.Contains(a.AddressId)).Select(a => a.AddressId).ToListAsync(cancellationToken)];
    }

    /// <summary>Takes what may tell of a person out of the events of addresses, within the open transaction. What it did to their addresses stays.</summary>
    public static async Task EraseAsync(DeliverabilityDbContext db, IReadOnlyCollection<long> addressIds, CancellationToken cancellationToken)
    {
        await db.DeliveryEvents.Where(e => addressIds.Contains(e.AddressId) && (e.Kind == DeliveryEventKind.Opened || e.Kind == DeliveryEventKind.Clicked)).ExecuteDeleteAsync(cancellationToken);
        await db.DeliveryEvents.Where(e => addressIds.Contains(e.AddressId)).ExecuteUpdateAsync(set => set
            .SetProperty(e => e.EventKey, "").SetProperty(e => e.MessageReference, "").SetProperty(e => e.Diagnostic, ""), cancellationToken);
    }
}
