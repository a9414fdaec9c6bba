using ContactPlatform.Contacts.Access;
using ContactPlatform.Contacts.Consent;
using ContactPlatform.Contacts.Projections;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;
using DeliverabilityChange = ContactPlatform.Deliverability.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.DeliverabilityProjection;

/// <summary>Follows Deliverability: how contacts stand with mail, and who unsubscribed by means of it.</summary>
public sealed class DeliverabilityFeed(ChangesService.ChangesServiceClient client, TokenIssuer tokens, TimeProvider time) : ProjectionFeed<DeliverabilityChange>(tokens, time)
{
    /// <summary>Name of the service followed.</summary>
    public const string Source = "deliverability";

    /// <inheritdoc/>
    public override RebuildTables Tables => DeliverabilityProjectionStore.Tables;

    /// <inheritdoc/>
    public override int Size(DeliverabilityChange change) => DeliverabilityFold.Size(change);

    /// <inheritdoc/>
    public override FeedChange<DeliverabilityChange> Read(DeliverabilityChange change) => new(change.Position, change.AccountId, change.ChangeTime.ToDateTime(), change);

    /// <inheritdoc/>
    public override async Task ApplyAsync(IServiceProvider scope, IEnumerable<DeliverabilityChange> changes, CancellationToken cancellationToken)
    {
        var fold = DeliverabilityFold.Of(changes);
        // First, since it takes the gate of addresses.
        await scope.GetRequiredService<LinkUnsubscriptions>().ApplyAsync(fold.Unsubscribed(), cancellationToken);
        await scope.GetRequiredService<DeliverabilityProjectionStore>().ApplyAsync(fold, cancellationToken);
    }

    /// <inheritdoc/>
    protected override Task ApplyRebuiltAsync(IServiceProvider scope, IEnumerable<DeliverabilityChange> changes, CancellationToken cancellationToken) =>
        scope.GetRequiredService<DeliverabilityProjectionStore>().ApplyRebuiltAsync(DeliverabilityFold.Of(changes), cancellationToken);

    /// <inheritdoc/>
    protected override AsyncServerStreamingCall<DeliverabilityChange> Stream(string afterPosition, CallOptions options) =>
        client.StreamChanges(new StreamChangesRequest { AfterPosition = afterPosition }, options);

    /// <inheritdoc/>
    protected override async Task<ProjectionBacklog> BacklogAsync(string afterPosition, CallOptions options)
    {
        var reply = await client.GetBacklogAsync(new GetBacklogRequest { AfterPosition = afterPosition }, options);
        return new(reply.ChangeCount, reply.OldestChangeTime?.ToDateTimeOffset(), reply.LastPosition);
    }
}
