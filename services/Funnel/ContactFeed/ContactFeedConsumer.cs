using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.Changes;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Feeds;
using Google.Protobuf.Collections;
using Grpc.Core;
using ContactsChange = ContactPlatform.Contacts.V1.StreamChangesResponse;

namespace ContactPlatform.Funnel.ContactFeed;

/// <summary>Follows Contacts: who exists, whose record is inactive, which stage an import named.</summary>
public sealed class ContactFeedConsumer(Contacts.V1.ChangesService.ChangesServiceClient changes, ContactsCalls calls, IServiceProvider services)
    : FeedConsumer<ContactsChange>("contacts", services)
{
    /// <summary>Contacts moved by one statement: few enough to keep SQL Server from locking the whole table.</summary>
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
        var (store, stages) = (scope.GetRequiredService<ContactFeedStore>(), scope.GetRequiredService<StageStore>());
        var (body, time) = (change.Body, change.ChangeTime);
        Act By(StageChangeCause cause) => new(body.Actor ?? new Actor(), cause, body.RunId, time);
        return body.ChangeCase switch
        {
            ContactsChange.ChangeOneofCase.ContactsCreated => EachAsync(body.ContactsCreated.ContactIds, ids => store.AddAsync(ids, time, cancellationToken)),
            ContactsChange.ChangeOneofCase.ContactsDeleted => EachAsync(body.ContactsDeleted.ContactIds, ids => store.DeleteAsync(ids, time, cancellationToken)),
            // All that is kept of a contact here is where an id stood, and when: it counts in reports of the past as a deleted one does.
            ContactsChange.ChangeOneofCase.ContactsErased => EachAsync(body.ContactsErased.ContactIds, ids => store.DeleteAsync(ids, time, cancellationToken)),
            ContactsChange.ChangeOneofCase.ContactMerged => scope.GetRequiredService<MergedContacts>().MergeAsync(body.ContactMerged, By(StageChangeCause.Merge), cancellationToken),
            ContactsChange.ChangeOneofCase.RecordStateChanged when body.RecordStateChanged.Inactive =>
                MoveAsync(scope, By(StageChangeCause.RecordInactive), body.RecordStateChanged.ContactIds, moved => (moved.FromStage, true),
                    (ids, act) => store.DeactivateAsync(ids, act, cancellationToken), cancellationToken),
            ContactsChange.ChangeOneofCase.RecordStateChanged =>
                EachAsync(body.RecordStateChanged.ContactIds, ids => store.ActivateAsync(ids, cancellationToken)),
            ContactsChange.ChangeOneofCase.StagesImported =>
                MoveAsync(scope, By(StageChangeCause.Import), body.StagesImported.ContactIds, _ => (body.StagesImported.Stage, false),
                    (ids, act) => stages.SetManyAsync(ids, body.StagesImported.Stage, act, cancellationToken), cancellationToken),
            // Funnel keeps nothing else of a contact.
            _ => Task.CompletedTask,
        };
    }

    private static async Task EachAsync(RepeatedField<long> ids, Func<long[], Task> apply)
    {
        foreach (var chunk in ids.Distinct().Order().Chunk(ChunkSize))
        {
            await apply(chunk);
        }
    }

    private static async Task MoveAsync(IServiceProvider scope, Act act, RepeatedField<long> ids, Func<Moved, (FunnelStage? Stage, bool Lost)> to, Func<long[], Act, Task<List<Moved>>> move, CancellationToken cancellationToken)
    {
        var all = new List<Moved>(ids.Count);
        await EachAsync(ids, async chunk => all.AddRange(await move(chunk, act)));
        var db = scope.GetRequiredService<FunnelDbContext>();
        if (ChangesProto.StagesChanged(db.AccountId, act, all, to) is { } row)
        {
            db.Outbox.Add(row);
            await db.SaveChangesAsync(cancellationToken);
        }
    }
}
