using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;
using FunnelChange = ContactPlatform.Funnel.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.FunnelProjection;

/// <summary>Follows Funnel: where contacts stand, and what accounts' default stages are.</summary>
public sealed class FunnelFeedConsumer(FunnelFeed feed, IServiceProvider services) : FeedConsumer<FunnelChange>(FunnelFeed.Source, services)
{
    /// <inheritdoc/>
    protected override int Room => FunnelFeed.Room;

    /// <inheritdoc/>
    protected override int Size(FunnelChange message) => FunnelFold.Size(message);

    /// <inheritdoc/>
    protected override Task<AsyncServerStreamingCall<FunnelChange>> OpenAsync(string afterPosition, CancellationToken cancellationToken) =>
        Task.FromResult(feed.Open(afterPosition, cancellationToken));

    /// <inheritdoc/>
    protected override FeedChange<FunnelChange> Read(FunnelChange message) => new(message.Position, message.AccountId, message.ChangeTime.ToDateTime(), message);

    /// <inheritdoc/>
    protected override Task ApplyAsync(IServiceProvider scope, IReadOnlyList<FeedChange<FunnelChange>> changes, CancellationToken cancellationToken) =>
        scope.GetRequiredService<FunnelProjectionStore>().ApplyAsync(FunnelFold.Of(changes.Select(c => c.Body)), cancellationToken);
}
