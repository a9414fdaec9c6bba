using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.DeliverabilityProjection;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;
using DeliverabilityChange = ContactPlatform.Deliverability.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.Timelines;

/// <summary>
/// Follows Deliverability for the timelines, from its first change on. Under a position of its own: the projection may be rebuilt
/// without telling anything twice.
/// </summary>
public sealed class DeliverabilityEventConsumer(DeliverabilityFeed feed, IServiceProvider services) : FeedConsumer<DeliverabilityChange>("deliverability-timeline", services)
{
    /// <inheritdoc/>
    protected override Task<AsyncServerStreamingCall<DeliverabilityChange>> OpenAsync(string afterPosition, CancellationToken cancellationToken) =>
        Task.FromResult(feed.Open(afterPosition, cancellationToken));

    /// <inheritdoc/>
    protected override FeedChange<DeliverabilityChange> Read(DeliverabilityChange message) => feed.Read(message);

    /// <inheritdoc/>
    protected override async Task ApplyAsync(IServiceProvider scope, FeedChange<DeliverabilityChange> change, CancellationToken cancellationToken)
    {
        // Most changes tell that a mail was sent or opened, which leaves the status as it is.
        var moves = (change.Body.DeliverabilityChanged?.Contacts ?? []).Where(c => c.FromStatus != c.Status).GroupBy(c => (c.FromStatus, c.Status), c => c.ContactId).ToList();
        if (moves.Count > 0)
        {
            var actor = change.Body.Actor ?? new Actor();
            await scope.GetRequiredService<TimelineStore>().AddManyAsync(new(actor, Cause(actor, change.Body.RunId), change.Body.RunId, Clock.Truncate(change.ChangeTime)),
                moves.Select(m => (Event(m.Key.FromStatus, m.Key.Status), m.AsEnumerable())), cancellationToken, late: true);
        }
    }

    /// <summary>What a status is put down to.</summary>
    private static TimelineCause Cause(Actor actor, long runId) => actor.Kind switch
    {
        _ when runId != 0 => TimelineCause.Deliverability,
        ActorKind.Operator => TimelineCause.Manual,
        ActorKind.ApiKey => TimelineCause.Api,
        _ => TimelineCause.Deliverability,
    };

    private static TimelineEvent Event(DeliverabilityStatus from, DeliverabilityStatus to) => new() { DeliverabilityStatus = new() { FromStatus = from.ToWord(), Status = to.ToWord() } };
}
