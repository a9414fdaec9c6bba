using System.Runtime.CompilerServices;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.ServiceDefaults.Auth;

/// <summary>Asks Contacts for many contacts.</summary>
public static class ContactReads
{
    /// <summary>Ids in a call, as Contacts allows.</summary>
    private const int CallSize = 1000;

    /// <summary>Returns those that exist, each once, in no order that is promised.</summary>
    /// <param name="calls">Makes the calls.</param>
    /// <param name="contacts">Contacts.</param>
    /// <param name="accountId">The account.</param>
    /// <param name="ids">Any number of ids.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RefusalException">SERVICE_UNAVAILABLE: Contacts does not answer.</exception>
    public static async IAsyncEnumerable<Contact> ReadAsync(
        this ContactsCalls calls, ContactService.ContactServiceClient contacts, long accountId, IEnumerable<long> ids, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var part in ids.Distinct().Order().Chunk(CallSize))
        {
            // Large contacts do not all fit into one answer: then the rest is asked for again.
            for (IEnumerable<long> open = part; open.Any();)
            {
                var request = new BatchGetContactsRequest { ContactIds = { open } };
                var reply = await calls.AskAsync(accountId, options => contacts.BatchGetContactsAsync(request, options), cancellationToken);
                foreach (var contact in reply.Contacts)
                {
                    yield return contact;
                }
                open = reply.RemainingContactIds;
            }
        }
    }
}
