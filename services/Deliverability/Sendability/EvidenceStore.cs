using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Sendability;

/// <summary>Finds what the facts of an address are known from, where that is kept.</summary>
public sealed class EvidenceStore(DeliverabilityDbContext db)
{
    private const int Most = 10;

    /// <summary>Finds the evidence of one fact.</summary>
    public Task<List<Evidence>> FindAsync(long addressId, FactKind fact, CancellationToken cancellationToken) => fact switch
    {
        FactKind.Suppressed => SuppressionAsync(addressId, cancellationToken),
        FactKind.ContactUnsubscribed => ContactsAsync(addressId, cancellationToken),
        _ => Task.FromResult(new List<Evidence>()),
    };

    private async Task<List<Evidence>> SuppressionAsync(long addressId, CancellationToken cancellationToken) =>
        [.. (await db.Suppressions.AsNoTracking().Where(s => s.AddressId == addressId && s.RemoveTime == null).ToListAsync(cancellationToken)).Select(s => new Evidence
        {
            Source = EvidenceSource.Suppression,
            StoreTime = Timestamp.FromDateTime(s.SuppressTime),
            Actor = AddressProto.Actor(s.ActorKind, s.ActorSubject, s.ActorName),
            Detail = s.Reason,
        })];

    private async Task<List<Evidence>> ContactsAsync(long addressId, CancellationToken cancellationToken) =>
        [.. (await db.ContactAddresses.Where(c => c.AddressId == addressId).OrderBy(c => c.ContactId).Select(c => c.ContactId).Take(Most).ToListAsync(cancellationToken))
            .Select(id => new Evidence { Source = EvidenceSource.Contact, SourceId = id })];
}
