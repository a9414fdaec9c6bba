using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;

namespace ContactPlatform.Contacts.Projections;

/// <summary>Keeps a projection of what another service tells.</summary>
public sealed class ProjectionConsumer<TFeed, TChange>(TFeed feed, IServiceProvider services) : FeedConsumer<TChange>(feed.Tables.Source, services)
    where TFeed : ProjectionFeed<TChange>
{
    /// <inheritdoc/>
    protected override int Room => ProjectionFeed<TChange>.Room;

    /// <inheritdoc/>
    protected override int Size(TChange message) => feed.Size(message);

    /// <inheritdoc/>
    protected override Task<AsyncServerStreamingCall<TChange>> OpenAsync(string afterPosition, CancellationToken cancellationToken) =>
        Task.FromResult(feed.Open(afterPosition, cancellationToken));

    /// <inheritdoc/>
    protected override FeedChange<TChange> Read(TChange message) => feed.Read(message);

    /// <inheritdoc/>
    protected override Task ApplyAsync(IServiceProvider scope, IReadOnlyList<FeedChange<TChange>> changes, CancellationToken cancellationToken) =>
        feed.ApplyAsync(scope, changes.Select(c => c.Body), cancellationToken);
}
