using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;

namespace ContactPlatform.Deliverability.ContactFeed;

/// <summary>What Deliverability takes of a contact.</summary>
/// <param name="ContactId">The contact.</param>
/// <param name="Email">In normal form; null for none.</param>
/// <param name="UnsubscribedTime">Since when Contacts holds it as unsubscribed, UTC; null while it does not.</param>
public sealed record KnownContact(long ContactId, string? Email, DateTime? UnsubscribedTime);

/// <summary>Asks Contacts for contacts.</summary>
public sealed class ContactReader(ContactService.ContactServiceClient contacts, ContactsCalls calls)
{
    /// <summary>Returns those of many contacts that exist, by ascending id.</summary>
    /// <exception cref="ServiceDefaults.Errors.RefusalException">SERVICE_UNAVAILABLE: Contacts does not answer.</exception>
    public ValueTask<List<KnownContact>> GetAsync(long accountId, IEnumerable<long> ids, CancellationToken cancellationToken) =>
        calls.ReadAsync(contacts, accountId, ids, cancellationToken)
            .Select(c => new KnownContact(c.ContactId, c.Email.Length == 0 ? null : c.Email, c.UnsubscribedTime?.ToDateTime()))
            .OrderBy(c => c.ContactId).ToListAsync(cancellationToken);
}
