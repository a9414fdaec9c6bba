using ContactPlatform.Common.V1;
using ContactPlatform.Sequences.DeliverabilityFeed;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Replies;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;
using ContactsChange = ContactPlatform.Contacts.V1.StreamChangesResponse;

namespace ContactPlatform.Sequences.ContactFeed;

/// <summary>Follows Contacts: whose record is inactive, and who is gone. What is sent to a contact is asked for when it is due.</summary>
public sealed class ContactFeedConsumer(Contacts.V1.ChangesService.ChangesServiceClient changes, ContactsCalls calls, IServiceProvider services)
    : FeedConsumer<ContactsChange>("contacts", services)
{
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
        var (body, events, replies, mails) = (change.Body, scope.GetRequiredService<ContactEvents>(), scope.GetRequiredService<ReplyWork>(), scope.GetRequiredService<MailWork>());
        var actor = body.Actor ?? new Actor();
        return body.ChangeCase switch
        {
            ContactsChange.ChangeOneofCase.RecordStateChanged =>
                EachAsync(body.RecordStateChanged.ContactIds, ids => events.SetRecordInactiveAsync(ids, body.RecordStateChanged.Inactive, actor, cancellationToken)),
            ContactsChange.ChangeOneofCase.ContactMerged => MergeAsync(body.ContactMerged.SurvivorContactId, body.ContactMerged.MergedContactId),
            // Of erased contacts and of merged ones it is told as deleted, too.
            ContactsChange.ChangeOneofCase.ContactsDeleted => EachAsync(body.ContactsDeleted.ContactIds, async ids =>
            {
                await events.DeleteAsync(ids, actor, cancellationToken);
                await replies.ForgetAsync(ids, cancellationToken);
                await mails.ForgetAsync(ids, cancellationToken);
            }),
            _ => Task.CompletedTask,
        };

        async Task MergeAsync(long survivorId, long mergedId)
        {
            await events.MergeAsync(survivorId, mergedId, actor, cancellationToken);
            await replies.MergeAsync(survivorId, mergedId, cancellationToken);
            await mails.MergeAsync(survivorId, mergedId, cancellationToken);
        }
    }

    private static async Task EachAsync(IEnumerable<long> ids, Func<long[], Task> apply)
    {
        foreach (var chunk in ids.Distinct().Order().Chunk(EnrollmentWork.Size))
        {
            await apply(chunk);
        }
    }
}
