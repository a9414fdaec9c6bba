using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Sequences.ContactFeed;

/// <summary>Asks Contacts for contacts: what is filled into templates is never kept here.</summary>
public sealed class ContactReader(ContactService.ContactServiceClient contacts, ContactsCalls calls, CurrentAccount account)
{
    /// <summary>Ids in a call, as Contacts allows.</summary>
    private const int CallSize = 1000;

    /// <summary>Returns those of many contacts that exist.</summary>
    /// <exception cref="RefusalException">SERVICE_UNAVAILABLE: Contacts does not answer.</exception>
    public async Task<Dictionary<long, Contact>> GetAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<long, Contact>(ids.Count);
        // An answer can lack room for all: then the rest is asked for again.
        for (var open = ids.Distinct().Order().ToList(); open.Count > 0;)
        {
            var part = open.Take(CallSize).ToList();
            var reply = await calls.AskAsync(account.Id, options => contacts.BatchGetContactsAsync(new() { ContactIds = { part } }, options), cancellationToken);
            foreach (var contact in reply.Contacts)
            {
                found[contact.ContactId] = contact;
            }
            open = [.. open.Skip(CallSize), .. reply.RemainingContactIds];
        }
        return found;
    }

    /// <summary>Returns one contact.</summary>
    /// <exception cref="RefusalException">CONTACT_NOT_FOUND, SERVICE_UNAVAILABLE.</exception>
    public async Task<Contact> GetAsync(long contactId, CancellationToken cancellationToken) =>
        (await GetAsync([contactId], cancellationToken)).GetValueOrDefault(contactId) ?? throw new RefusalException(Missing(contactId));

    /// <summary>The refusal when there is no such contact.</summary>
    public static Refusal Missing(long contactId) =>
        new Refusal(SequencesReasons.ContactNotFound, $"there is no contact {contactId}").With("contact_id", contactId);
}
