using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Sequences.ContactFeed;

/// <summary>Asks Contacts for contacts: what is filled into templates is never kept here.</summary>
public sealed class ContactReader(ContactService.ContactServiceClient contacts, ContactsCalls calls, CurrentAccount account)
{
    /// <summary>Returns those of many contacts that exist.</summary>
    /// <exception cref="RefusalException">SERVICE_UNAVAILABLE: Contacts does not answer.</exception>
    public ValueTask<Dictionary<long, Contact>> GetAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken) =>
        calls.ReadAsync(contacts, account.Id, ids, cancellationToken).ToDictionaryAsync(c => c.ContactId, cancellationToken: cancellationToken);

    /// <summary>Returns one contact.</summary>
    /// <exception cref="RefusalException">CONTACT_NOT_FOUND, SERVICE_UNAVAILABLE.</exception>
    public async Task<Contact> GetAsync(long contactId, CancellationToken cancellationToken) =>
        (await GetAsync([contactId], cancellationToken)).GetValueOrDefault(contactId) ?? throw new RefusalException(Missing(contactId));

    /// <summary>The refusal when there is no such contact.</summary>
    public static Refusal Missing(long contactId) =>
        new Refusal(SequencesReasons.ContactNotFound, $"there is no contact {contactId}").With("contact_id", contactId);
}
