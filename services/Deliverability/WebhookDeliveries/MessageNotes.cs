using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.Changes;
using ContactPlatform.Deliverability.DeliveryEvents;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>Tells webhooks what became of messages, with the metadata that these were given.</summary>
public sealed class MessageNotes(DeliverabilityDbContext db, WebhookOutbox outbox)
{
    /// <summary>Puts events down within the open transaction; those of erased recipients are told to nobody.</summary>
    /// <param name="events">Events that are stored now.</param>
    /// <param name="actor">Who told them; null for the service itself.</param>
    /// <param name="now">When, UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task AddAsync(IEnumerable<DeliveryEventRow> events, Actor? actor, DateTime now, CancellationToken cancellationToken)
    {
        var wishes = await outbox.WishesAsync(cancellationToken);
        var wanted = wishes.Count == 0 ? [] : events.Where(e => wishes.Any(w => w.Wants(WebhookTypes.Of(e.Kind)))).OrderBy(e => e.EventTime).ThenBy(e => e.DeliveryEventId).ToList();
        if (wanted.Count == 0)
        {
            return;
        }
        var (addressIds, messageIds) = (wanted.Select(e => e.AddressId).Distinct().ToList(), wanted.Select(e => e.MessageId).Where(m => m != 0).Distinct().ToList());
        var addresses = await db.Addresses.Where(a => addressIds.Contains(a.AddressId) && a.KeyId == null).ToDictionaryAsync(a => a.AddressId, a => a.Address, cancellationToken);
        var contacts = (await db.ContactAddresses.Where(c => c.AddressId != null && addressIds.Contains(c.AddressId.Value)).Select(c => new { c.ContactId, Id = c.AddressId!.Value })
            .ToListAsync(cancellationToken)).GroupBy(c => c.Id).ToDictionary(g => g.Key, g => g.Min(c => c.ContactId));
        var messages = messageIds.Count == 0 ? [] : await db.Messages.Where(m => messageIds.Contains(m.MessageId))
            .Join(db.Transmissions, m => m.TransmissionId, t => t.TransmissionId, (m, t) => new { m.MessageId, m.ContactId, t.Header }).ToDictionaryAsync(m => m.MessageId, cancellationToken);
        await outbox.AddAsync(wanted.Where(e => addresses.ContainsKey(e.AddressId)).Select(e =>
        {
            var message = messages.GetValueOrDefault(e.MessageId);
            // Whom the message was for, else who has the address.
            var contact = message is { ContactId: > 0 } ? message.ContactId : contacts.GetValueOrDefault(e.AddressId);
            return new WebhookNote(WebhookTypes.Of(e.Kind), contact > 0 ? contact : -e.AddressId, e.EventTime, new()
            {
                ContactId = contact,
                Actor = actor ?? ContactAnnouncer.Self,
                DeliveryEvent = DeliveryEventProto.Show(e, addresses[e.AddressId], message?.Header),
            });
        }), now, cancellationToken);
    }
}
