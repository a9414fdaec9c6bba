using ContactPlatform.Contacts.Access;
using ContactPlatform.Contacts.Projections;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;
using FunnelChange = ContactPlatform.Funnel.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.FunnelProjection;

/// <summary>Follows Funnel: where contacts stand, and what accounts' default stages are.</summary>
public sealed class FunnelFeed(ChangesService.ChangesServiceClient client, TokenIssuer tokens, TimeProvider time) : ProjectionFeed<FunnelChange>(tokens, time)
{
    /// <summary>Name of the service followed.</summary>
    public const string Source = "funnel";

    /// <inheritdoc/>
    public override RebuildTables Tables => FunnelRebuild.Tables;

    /// <inheritdoc/>
    public override int Size(FunnelChange change) => FunnelFold.Size(change);

    /// <inheritdoc/>
    public override FeedChange<FunnelChange> Read(FunnelChange change) => new(change.Position, change.AccountId, change.ChangeTime.ToDateTime(), change);

    /// <inheritdoc/>
    public override Task ApplyAsync(IServiceProvider scope, IEnumerable<FunnelChange> changes, CancellationToken cancellationToken) =>
        scope.GetRequiredService<FunnelProjectionStore>().ApplyAsync(FunnelFold.Of(changes), cancellationToken);

    /// <inheritdoc/>
    protected override Task ApplyRebuiltAsync(IServiceProvider scope, IEnumerable<FunnelChange> changes, CancellationToken cancellationToken) =>
        scope.GetRequiredService<FunnelProjectionStore>().ApplyRebuiltAsync(FunnelFold.Of(changes), cancellationToken);

    /// <inheritdoc/>
    protected override AsyncServerStreamingCall<FunnelChange> Stream(string afterPosition, CallOptions options) =>
        client.StreamChanges(new StreamChangesRequest { AfterPosition = afterPosition }, options);

    /// <inheritdoc/>
    protected override async Task<ProjectionBacklog> BacklogAsync(string afterPosition, CallOptions options)
    {
        var reply = await client.GetBacklogAsync(new GetBacklogRequest { AfterPosition = afterPosition }, options);
        return new(reply.ChangeCount, reply.OldestChangeTime?.ToDateTimeOffset(), reply.LastPosition);
    }
}
