using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Funnel.ContactFeed;

/// <summary>
/// Contacts that are newer than what the feed has brought: asked for at Contacts, so that a contact can be moved in the
/// moment after it was created.
/// </summary>
public sealed class NewContacts(ContactService.ContactServiceClient contacts, ContactsCalls calls, StageReads stages, StageBatches batches, ContactFeedStore store, FunnelDbContext db)
{
    /// <summary>Finds a contact that exists.</summary>
    /// <exception cref="RefusalException">CONTACT_NOT_FOUND, SERVICE_UNAVAILABLE.</exception>
    public async Task<ContactStageRow> GetAsync(long contactId, CancellationToken cancellationToken)
    {
        var row = await batches.FindAsync(db.AccountId, contactId, cancellationToken);
        if (row is null)
        {
            await LearnAsync([contactId], cancellationToken);
            row = await batches.FindAsync(db.AccountId, contactId, cancellationToken);
        }
        return row is { DeleteTime: null } ? row : throw new RefusalException(Missing(contactId, row?.MergedInto));
    }

    /// <summary>Makes sure that a contact has a history to read: it exists, or was merged into one that does.</summary>
    /// <exception cref="RefusalException">CONTACT_NOT_FOUND, SERVICE_UNAVAILABLE.</exception>
    public async Task GetHistoryAsync(long contactId, CancellationToken cancellationToken)
    {
        if (await batches.FindAsync(db.AccountId, contactId, cancellationToken) is { MergedInto: { } survivor })
        {
            contactId = survivor;
        }
        await GetAsync(contactId, cancellationToken);
    }

    private static Refusal Missing(long contactId, long? mergedInto)
    {
        var refusal = new Refusal(FunnelReasons.ContactNotFound, $"there is no contact {contactId}").With("contact_id", contactId);
        return mergedInto is { } survivor
            ? (refusal with { Message = $"contact {contactId} was merged into contact {survivor}; use that one" }).With("merged_into_contact_id", survivor)
            : refusal;
    }

    /// <summary>Adds rows for those of the ids that Contacts knows and Funnel does not.</summary>
    /// <param name="ids">At most 1,000.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task LearnAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        var unknown = await stages.UnknownAsync(ids, cancellationToken);
        var found = await calls.ReadAsync(contacts, db.AccountId, unknown, cancellationToken).ToListAsync(cancellationToken);
        foreach (var created in found.GroupBy(c => c.CreateTime.ToDateTime()))
        {
            await store.AddAsync([.. created.Select(c => c.ContactId)], created.Key, cancellationToken);
        }
    }
}
