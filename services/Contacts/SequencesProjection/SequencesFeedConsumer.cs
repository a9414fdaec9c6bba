using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;
using SequencesChange = ContactPlatform.Sequences.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.SequencesProjection;

/// <summary>Follows Sequences: who is in which sequence, and where contacts are in their outreach.</summary>
public sealed class SequencesFeedConsumer(SequencesFeed feed, IServiceProvider services) : FeedConsumer<SequencesChange>(SequencesFeed.Source, services)
{
    /// <inheritdoc/>
    protected override int Room => SequencesFeed.Room;

    /// <inheritdoc/>
    protected override int Size(SequencesChange message) => SequencesFold.Size(message);

    /// <inheritdoc/>
    protected override Task<AsyncServerStreamingCall<SequencesChange>> OpenAsync(string afterPosition, CancellationToken cancellationToken) =>
        Task.FromResult(feed.Open(afterPosition, cancellationToken));

    /// <inheritdoc/>
    protected override FeedChange<SequencesChange> Read(SequencesChange message) => new(message.Position, message.AccountId, message.ChangeTime.ToDateTime(), message);

    /// <inheritdoc/>
    protected override Task ApplyAsync(IServiceProvider scope, IReadOnlyList<FeedChange<SequencesChange>> changes, CancellationToken cancellationToken) =>
        scope.GetRequiredService<SequencesProjectionStore>().ApplyAsync(SequencesFold.Of(changes.Select(c => c.Body)), cancellationToken);
}
