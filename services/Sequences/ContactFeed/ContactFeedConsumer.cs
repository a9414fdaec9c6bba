using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using ContactsChange = ContactPlatform.Contacts.V1.StreamChangesResponse;

namespace ContactPlatform.Sequences.ContactFeed;

/// <summary>Follows Contacts: whose record is inactive, and who is gone. What is sent to a contact is asked for when it is due.</summary>
public sealed class ContactFeedConsumer(Contacts.V1.ChangesService.ChangesServiceClient changes, ContactsCalls calls, IServiceProvider services)
    : FeedConsumer<ContactsChange>("contacts", services)
{
    /// <summary>Contacts changed by one statement: few enough to keep SQL Server from locking the whole table.</summary>
    private const int ChunkSize = 1000;

    /// <inheritdoc/>
    protected override async Task<AsyncServerStreamingCall<ContactsChange>> OpenAsync(string afterPosition, CancellationToken cancellationToken) =>
        changes.StreamChanges(new Contacts.V1.StreamChangesRequest { AfterPosition = afterPosition }, await calls.HeadersAsync(0, cancellationToken), cancellationToken: cancellationToken);

    /// <inheritdoc/>
    protected override void Interrupted(Exception exception) => calls.Forget(0, exception);

    /// <inheritdoc/>
    protected override FeedChange<ContactsChange> Read(ContactsChange message) =>
        new(message.Position, message.AccountId, message.ChangeTime.ToDateTime(), message);

    /// <inheritdoc/>
    protected override Task ApplyAsync(IServiceProvider scope, FeedChange<ContactsChange> change, CancellationToken cancellationToken)
    {
        var (body, contacts) = (change.Body, scope.GetRequiredService<ContactStatusStore>());
        return body.ChangeCase switch
        {
            ContactsChange.ChangeOneofCase.RecordStateChanged => EachAsync(body.RecordStateChanged.ContactIds, async ids =>
            {
                await contacts.LockAsync(ids, cancellationToken);
                await contacts.SetRecordInactiveAsync(ids, body.RecordStateChanged.Inactive, cancellationToken);
            }),
            ContactsChange.ChangeOneofCase.ContactsDeleted => EachAsync(body.ContactsDeleted.ContactIds, async ids =>
            {
                await contacts.LockAsync(ids, cancellationToken);
                await contacts.DeleteAsync(ids, cancellationToken);
                await scope.GetRequiredService<SequencesDbContext>().Replies.Where(r => ids.Contains(r.ContactId)).ExecuteDeleteAsync(cancellationToken);
            }),
            // Of an erased and of a merged one it is told as deleted, too.
            _ => Task.CompletedTask,
        };
    }

    private static async Task EachAsync(IEnumerable<long> ids, Func<long[], Task> apply)
    {
        foreach (var chunk in ids.Distinct().Order().Chunk(ChunkSize))
        {
            await apply(chunk);
        }
    }
}
