using ContactPlatform.Contacts.Access;
using ContactPlatform.Contacts.Projections;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;
using SequencesChange = ContactPlatform.Sequences.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.SequencesProjection;

/// <summary>Follows Sequences: who is in which sequence, and where contacts are in their outreach.</summary>
public sealed class SequencesFeed(ChangesService.ChangesServiceClient client, TokenIssuer tokens, TimeProvider time) : ProjectionFeed<SequencesChange>(tokens, time)
{
    /// <summary>Name of the service followed.</summary>
    public const string Source = "sequences";

    /// <inheritdoc/>
    public override RebuildTables Tables => SequencesProjectionStore.Tables;

    /// <inheritdoc/>
    public override int Size(SequencesChange change) => SequencesFold.Size(change);

    /// <inheritdoc/>
    public override FeedChange<SequencesChange> Read(SequencesChange change) => new(change.Position, change.AccountId, change.ChangeTime.ToDateTime(), change);

    /// <inheritdoc/>
    public override Task ApplyAsync(IServiceProvider scope, IEnumerable<SequencesChange> changes, CancellationToken cancellationToken) =>
        scope.GetRequiredService<SequencesProjectionStore>().ApplyAsync(SequencesFold.Of(changes), cancellationToken);

    /// <inheritdoc/>
    protected override Task ApplyRebuiltAsync(IServiceProvider scope, IEnumerable<SequencesChange> changes, CancellationToken cancellationToken) =>
        scope.GetRequiredService<SequencesProjectionStore>().ApplyRebuiltAsync(SequencesFold.Of(changes), cancellationToken);

    /// <inheritdoc/>
    protected override AsyncServerStreamingCall<SequencesChange> Stream(string afterPosition, CallOptions options) =>
        client.StreamChanges(new StreamChangesRequest { AfterPosition = afterPosition }, options);

    /// <inheritdoc/>
    protected override async Task<ProjectionBacklog> BacklogAsync(string afterPosition, CallOptions options)
    {
        var reply = await client.GetBacklogAsync(new GetBacklogRequest { AfterPosition = afterPosition }, options);
        return new(reply.ChangeCount, reply.OldestChangeTime?.ToDateTimeOffset(), reply.LastPosition);
    }
}
