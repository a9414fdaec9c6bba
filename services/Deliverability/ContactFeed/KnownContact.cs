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
    /// <summary>Ids in a call, as Contacts allows.</summary>
    private const int CallSize = 1000;

    /// <summary>Returns those of many contacts that exist, by ascending id.</summary>
    /// <exception cref="ServiceDefaults.Errors.RefusalException">SERVICE_UNAVAILABLE: Contacts does not answer.</exception>
    public async Task<List<KnownContact>> GetAsync(long accountId, IEnumerable<long> ids, CancellationToken cancellationToken)
    {
        var known = new List<KnownContact>();
        foreach (var part in ids.Distinct().Order().Chunk(CallSize))
        {
            var request = new BatchGetContactsRequest { ContactIds = { part } };
            var reply = await calls.AskAsync(accountId, options => contacts.BatchGetContactsAsync(request, options), cancellationToken);
            known.AddRange(reply.Contacts.Select(c => new KnownContact(c.ContactId, c.Email.Length == 0 ? null : c.Email, c.UnsubscribedTime?.ToDateTime())));
        }
        return known;
    }
}
