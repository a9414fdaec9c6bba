using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.ContactAddresses;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;
using ContactsChange = ContactPlatform.Contacts.V1.StreamChangesResponse;

namespace ContactPlatform.Deliverability.ContactFeed;

/// <summary>Follows Contacts: who has which address, and who is unsubscribed there. What Contacts tells are ids; what they mean is asked for.</summary>
public sealed class ContactFeedConsumer(Contacts.V1.ChangesService.ChangesServiceClient changes, ContactsCalls calls, ContactReader contacts, IServiceProvider services)
    : FeedConsumer<ContactsChange>("contacts", services)
{
    /// <summary>The contacts of the change at hand, as they are in Contacts now: a later state than the change's, which later changes repeat.</summary>
    private List<KnownContact> known = [];

    /// <inheritdoc/>
    protected override async Task<AsyncServerStreamingCall<ContactsChange>> OpenAsync(string afterPosition, CancellationToken cancellationToken) =>
        changes.StreamChanges(new Contacts.V1.StreamChangesRequest { AfterPosition = afterPosition }, await calls.HeadersAsync(0, cancellationToken), cancellationToken: cancellationToken);

    /// <inheritdoc/>
    protected override void Interrupted(Exception exception) => calls.Forget(0, exception);

    /// <inheritdoc/>
    protected override FeedChange<ContactsChange> Read(ContactsChange message) =>
        new(message.Position, message.AccountId, message.ChangeTime.ToDateTime(), message);

    /// <inheritdoc/>
    protected override async Task PrepareAsync(IReadOnlyList<FeedChange<ContactsChange>> changes, CancellationToken cancellationToken)
    {
        var change = changes.Single();
        known = await contacts.GetAsync(change.AccountId, change.Body.ChangeCase switch
        {
            ContactsChange.ChangeOneofCase.ContactsCreated => change.Body.ContactsCreated.ContactIds,
            ContactsChange.ChangeOneofCase.ContactsUpdated => change.Body.ContactsUpdated.ContactIds,
            ContactsChange.ChangeOneofCase.ContactsUnsubscribed => change.Body.ContactsUnsubscribed.ContactIds,
            ContactsChange.ChangeOneofCase.ContactsResubscribed => change.Body.ContactsResubscribed.ContactIds,
            ContactsChange.ChangeOneofCase.ContactMerged => [change.Body.ContactMerged.SurvivorContactId],
            _ => [],
        }, cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ApplyAsync(IServiceProvider scope, FeedChange<ContactsChange> change, CancellationToken cancellationToken)
    {
        var links = scope.GetRequiredService<ContactAddressStore>();
        var (body, time) = (change.Body, change.ChangeTime);
        switch (body.ChangeCase)
        {
            case ContactsChange.ChangeOneofCase.ContactsUnsubscribed:
                await LinkAsync([FactKind.ContactUnsubscribed]);
                break;
            case ContactsChange.ChangeOneofCase.ContactsResubscribed:
                // Somebody has said with a reason that the person wants messages again: that clears the link of a message, too.
                await LinkAsync([FactKind.ContactResubscribed, FactKind.Resubscribed]);
                break;
            case ContactsChange.ChangeOneofCase.ContactMerged:
                await links.MergeAsync(body.ContactMerged.SurvivorContactId, body.ContactMerged.MergedContactId, time, cancellationToken);
                await LinkAsync([]);
                break;
            case ContactsChange.ChangeOneofCase.ContactsErased:
                await EachAsync(body.ContactsErased.ContactIds, ids => links.EraseAsync(ids, cancellationToken));
                break;
            case ContactsChange.ChangeOneofCase.ContactsDeleted:
                await EachAsync(body.ContactsDeleted.ContactIds, ids => links.DeleteAsync(ids, time, cancellationToken));
                break;
            default:
                // Created or updated; of anything else no contact was asked for.
                await LinkAsync([]);
                break;
        }
        await scope.GetRequiredService<WebhookOutbox>().AddAsync(ContactNotes.Of(body), time, cancellationToken);

        Task LinkAsync(FactKind[] facts) => EachAsync(known, part => links.LinkAsync(part, facts, time, body.Actor ?? new Actor(), cancellationToken));
    }

    private static async Task EachAsync<T>(IEnumerable<T> all, Func<T[], Task> apply)
    {
        foreach (var part in all.Chunk(ContactAddressStore.ChunkSize))
        {
            await apply(part);
        }
    }
}
