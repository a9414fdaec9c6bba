using System.Globalization;
using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>Reads a stream of events, and stores each message of it in a transaction of its own.</summary>
public sealed class EventStream(DeliverabilityDbContext db, DeliveryEventStore store, TimeProvider time)
{
    /// <summary>Trailer that tells how many events from the beginning are dealt with.</summary>
    public const string AcknowledgedTrailer = "acknowledged-count";

    private const int ShownRefusals = 100;

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="parts">The stream.</param>
    /// <param name="actor">Who tells the events.</param>
    /// <param name="trailers">Of the answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RefusalException">INVALID_FIELD, LIMIT_EXCEEDED; what was read before is stored.</exception>
    public async Task<IngestEventsResponse> ReadAsync(IAsyncStreamReader<IngestEventsRequest> parts, Actor actor, Metadata trailers, CancellationToken cancellationToken)
    {
        var reply = new IngestEventsResponse();
        try
        {
            while (await parts.MoveNext(cancellationToken))
            {
                await StoreAsync(parts.Current, reply, actor, cancellationToken);
            }
            return reply;
        }
        finally
        {
            trailers.Add(AcknowledgedTrailer, reply.AcknowledgedCount.ToString(CultureInfo.InvariantCulture));
        }
    }

    private async Task StoreAsync(IngestEventsRequest part, IngestEventsResponse reply, Actor actor, CancellationToken cancellationToken)
    {
        Violations.Limit(part.Events.Count, EventLimits.Batch, "events");
        var violations = new Violations();
        var source = violations.Source(part.Source);
        violations.Check(part.Events.Count > 0, "events", "is empty; at least one event is required");
        violations.ThrowIfAny();
        var (drafts, numbers, now) = (new List<EventDraft>(part.Events.Count), new List<int>(part.Events.Count), time.Now());
        var refused = new List<(int Index, string Problem)>();
        foreach (var (i, input) in part.Events.Index())
        {
            if (DeliveryEventProto.TryRead(input, source, now, out var draft) is { } problem)
            {
                refused.Add((i, problem));
            }
            else
            {
                drafts.Add(draft!);
                numbers.Add(i);
            }
        }
        db.ChangeTracker.Clear();
        var outcomes = await store.RecordAsync(drafts, actor, cancellationToken);
        foreach (var (i, outcome) in outcomes.Index())
        {
            reply.StoredCount += outcome == EventOutcome.Stored ? 1 : 0;
            reply.DuplicateCount += outcome == EventOutcome.Duplicate ? 1 : 0;
            if (outcome == EventOutcome.Unmatched)
            {
                refused.Add((numbers[i], "address is empty, and no event with an address is known of the message; tell the address, or tell the event again later"));
            }
        }
        reply.RefusedCount += refused.Count;
        reply.Refusals.AddRange(refused.OrderBy(r => r.Index).Take(ShownRefusals - reply.Refusals.Count).Select(r => new DeliveryEventRefusal
        {
            Number = reply.AcknowledgedCount + r.Index + 1,
            EventKey = EventText.Clean(part.Events[r.Index].EventKey, EventLimits.Key),
            Problem = r.Problem,
        }));
        reply.AcknowledgedCount += part.Events.Count;
    }
}
