using ContactPlatform.Deliverability.ContactAddresses;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.ContactFeed;

/// <summary>
/// Contacts that are newer than what the feed has brought: asked for at Contacts, so that a contact can be written to in the
/// moment after it was created.
/// </summary>
public sealed class NewContacts(ContactReader contacts, ContactAddressStore links, DeliverabilityDbContext db)
{
    /// <summary>Finds the address of a contact that exists; null when it has none.</summary>
    /// <exception cref="RefusalException">CONTACT_NOT_FOUND, SERVICE_UNAVAILABLE.</exception>
    public async Task<long?> GetAsync(long contactId, CancellationToken cancellationToken)
    {
        var row = await FindAsync(contactId, cancellationToken);
        if (row is null)
        {
            await LearnAsync([contactId], cancellationToken);
            row = await FindAsync(contactId, cancellationToken);
        }
        return row is { DeleteTime: null } ? row.AddressId : throw new RefusalException(Missing(contactId));
    }

    /// <summary>Adds those of the ids that Contacts knows and Deliverability does not. Not within a transaction.</summary>
    /// <param name="unknown">At most 1,000, none of them known here.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task LearnAsync(IReadOnlyCollection<long> unknown, CancellationToken cancellationToken)
    {
        var known = await contacts.GetAsync(db.AccountId, unknown, cancellationToken);
        if (known.Count > 0)
        {
            await using var transaction = await db.BeginBulkAsync(cancellationToken);
            await links.LearnAsync(known, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private async Task<ContactAddressRow?> FindAsync(long contactId, CancellationToken cancellationToken) =>
        await db.ContactAddresses.AsNoTracking().SingleOrDefaultAsync(c => c.ContactId == contactId, cancellationToken);

    /// <summary>The refusal when there is no such contact.</summary>
    public static Refusal Missing(long contactId) =>
        new Refusal(DeliverabilityReasons.ContactNotFound, $"there is no contact {contactId}").With("contact_id", contactId);
}
