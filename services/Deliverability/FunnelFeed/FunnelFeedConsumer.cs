using ContactPlatform.Deliverability.ContactFeed;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;
using FunnelChange = ContactPlatform.Funnel.V1.StreamChangesResponse;

namespace ContactPlatform.Deliverability.FunnelFeed;

/// <summary>Follows Funnel, for webhooks: nothing else is kept of it here.</summary>
public sealed class FunnelFeedConsumer(Funnel.V1.ChangesService.ChangesServiceClient changes, ContactsCalls calls, IServiceProvider services)
    : FeedConsumer<FunnelChange>("funnel", services)
{
    /// <inheritdoc/>
    protected override int Room => 5_000;

    /// <inheritdoc/>
    protected override int Size(FunnelChange message) => 1 + (message.StagesChanged?.Moves.Sum(m => m.ContactIds.Count) ?? 0);

    /// <inheritdoc/>
    protected override async Task<AsyncServerStreamingCall<FunnelChange>> OpenAsync(string afterPosition, CancellationToken cancellationToken) =>
        changes.StreamChanges(new() { AfterPosition = afterPosition }, await calls.HeadersAsync(0, cancellationToken), cancellationToken: cancellationToken);

    /// <inheritdoc/>
    protected override void Interrupted(Exception exception) => calls.Forget(0, exception);

    /// <inheritdoc/>
    protected override FeedChange<FunnelChange> Read(FunnelChange message) => new(message.Position, message.AccountId, message.ChangeTime.ToDateTime(), message);

    /// <inheritdoc/>
    protected override async Task ApplyAsync(IServiceProvider scope, IReadOnlyList<FeedChange<FunnelChange>> changes, CancellationToken cancellationToken)
    {
        var (account, outbox) = (scope.GetRequiredService<CurrentAccount>(), scope.GetRequiredService<WebhookOutbox>());
        // In the order of the feed within each account; accounts have no order among themselves.
        foreach (var group in changes.GroupBy(c => c.AccountId))
        {
            account.Id = group.Key;
            foreach (var change in group)
            {
                await outbox.AddAsync(StageNotes.Of(change.Body), change.ChangeTime, cancellationToken);
            }
        }
    }
}

/// <summary>Adds what follows Funnel.</summary>
public static class FunnelFeedServices
{
    /// <summary>Follows the Funnel at `services:funnel:grpc:0`, whenever it is there; without an address nothing is followed, and webhooks hear of no stages.</summary>
    public static IServiceCollection AddFunnelFeed(this IServiceCollection services, IConfiguration configuration) =>
        configuration["services:funnel:grpc:0"] is not { Length: > 0 } address ? services : services
            .AddFunnelClients(new Uri(address))
            .AddHostedService<FunnelFeedConsumer>();
}
