using ContactPlatform.Contacts.Consent;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;
using DeliverabilityChange = ContactPlatform.Deliverability.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.DeliverabilityProjection;

/// <summary>Follows Deliverability: how contacts stand with mail, and who unsubscribed by means of it.</summary>
public sealed class DeliverabilityFeedConsumer(DeliverabilityFeed feed, IServiceProvider services) : FeedConsumer<DeliverabilityChange>(DeliverabilityFeed.Source, services)
{
    /// <inheritdoc/>
    protected override int Room => DeliverabilityFeed.Room;

    /// <inheritdoc/>
    protected override int Size(DeliverabilityChange message) => DeliverabilityFold.Size(message);

    /// <inheritdoc/>
    protected override Task<AsyncServerStreamingCall<DeliverabilityChange>> OpenAsync(string afterPosition, CancellationToken cancellationToken) =>
        Task.FromResult(feed.Open(afterPosition, cancellationToken));

    /// <inheritdoc/>
    protected override FeedChange<DeliverabilityChange> Read(DeliverabilityChange message) => new(message.Position, message.AccountId, message.ChangeTime.ToDateTime(), message);

    /// <inheritdoc/>
    protected override async Task ApplyAsync(IServiceProvider scope, IReadOnlyList<FeedChange<DeliverabilityChange>> changes, CancellationToken cancellationToken)
    {
        var fold = DeliverabilityFold.Of(changes.Select(c => c.Body));
        // First, since it takes the gate of addresses.
        await scope.GetRequiredService<LinkUnsubscriptions>().ApplyAsync(fold.Unsubscribed(), cancellationToken);
        await scope.GetRequiredService<DeliverabilityProjectionStore>().ApplyAsync(fold, cancellationToken);
    }
}
