using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.FunnelProjection;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;
using FunnelChange = ContactPlatform.Funnel.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.Timelines;

/// <summary>
/// Follows Funnel for the timelines, from its first change on. Under a position of its own: the projection of stages may be
/// rebuilt without telling anything twice.
/// </summary>
public sealed class StageEventConsumer(FunnelFeed feed, IServiceProvider services) : FeedConsumer<FunnelChange>("funnel-timeline", services)
{
    /// <inheritdoc/>
    protected override Task<AsyncServerStreamingCall<FunnelChange>> OpenAsync(string afterPosition, CancellationToken cancellationToken) =>
        Task.FromResult(feed.Open(afterPosition, cancellationToken));

    /// <inheritdoc/>
    protected override FeedChange<FunnelChange> Read(FunnelChange message) => new(message.Position, message.AccountId, message.ChangeTime.ToDateTime(), message);

    /// <inheritdoc/>
    protected override Task ApplyAsync(IServiceProvider scope, FeedChange<FunnelChange> change, CancellationToken cancellationToken)
    {
        var body = change.Body;
        // The account's default stage moves no contact.
        return body.StagesChanged is not { } moved ? Task.CompletedTask : scope.GetRequiredService<TimelineStore>().AddManyAsync(
            new(body.Actor ?? new Actor(), Cause(moved.Cause), body.RunId, Clock.Truncate(change.ChangeTime)),
            moved.Moves.Select(m => (Event(m), (IEnumerable<long>)m.ContactIds)), cancellationToken, late: true);
    }

    /// <summary>What a move in the funnel is put down to.</summary>
    public static TimelineCause Cause(StageChangeCause cause) => cause switch
    {
        StageChangeCause.Manual => TimelineCause.Manual,
        StageChangeCause.Api => TimelineCause.Api,
        StageChangeCause.LabelRule => TimelineCause.LabelRule,
        StageChangeCause.Import => TimelineCause.Import,
        StageChangeCause.RecordInactive => TimelineCause.RecordInactive,
        StageChangeCause.Undo => TimelineCause.Undo,
        StageChangeCause.Merge => TimelineCause.ContactMerge,
        _ => TimelineCause.Unspecified,
    };

    private static TimelineEvent Event(StageMove move) => new()
    {
        Stage = new()
        {
            FromStage = move.From?.Stage ?? FunnelStage.Unspecified, FromLost = move.From?.Lost == true,
            ToStage = move.To?.Stage ?? FunnelStage.Unspecified, ToLost = move.To?.Lost == true,
        },
    };
}
