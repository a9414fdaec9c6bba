using System.Globalization;
using System.Threading.Channels;
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

    /// <summary>Messages of the stream that are read ahead of the one that is being stored.</summary>
    private const int Ahead = 2;

    /// <summary>A message of the stream, read.</summary>
    private sealed record Part(IngestEventsRequest Message, IReadOnlyList<EventDraft> Drafts, List<int> Numbers, List<(int Index, string Problem)> Refused);

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="parts">The stream.</param>
    /// <param name="actor">Who tells the events.</param>
    /// <param name="trailers">Of the answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RefusalException">INVALID_FIELD, LIMIT_EXCEEDED; what was read before is stored.</exception>
    public async Task<IngestEventsResponse> ReadAsync(IAsyncStreamReader<IngestEventsRequest> parts, Actor actor, Metadata trailers, CancellationToken cancellationToken)
    {
        var reply = new IngestEventsResponse();
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var read = Channel.CreateBounded<Part>(new BoundedChannelOptions(Ahead) { SingleReader = true, SingleWriter = true });
        var reader = ReadAheadAsync(parts, read.Writer, reading.Token);
        try
        {
            await foreach (var part in read.Reader.ReadAllAsync(cancellationToken))
            {
                await StoreAsync(part, reply, actor, cancellationToken);
            }
            return reply;
        }
        finally
        {
            await reading.CancelAsync();
            await reader;
            trailers.Add(AcknowledgedTrailer, reply.AcknowledgedCount.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Reads messages and hands them on, so that the next one is read and classified while the one before is stored; what is wrong with one is thrown where its turn comes.</summary>
    private async Task ReadAheadAsync(IAsyncStreamReader<IngestEventsRequest> parts, ChannelWriter<Part> read, CancellationToken cancellationToken)
    {
        try
        {
            while (await parts.MoveNext(cancellationToken))
            {
                await read.WriteAsync(Read(parts.Current), cancellationToken);
            }
            read.Complete();
        }
#pragma warning disable CA1031 // Whatever it is, whoever reads the channel gets it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            read.Complete(e);
        }
    }

    private Part Read(IngestEventsRequest part)
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
                drafts.Add(DeliveryEventStore.Classified(draft!));
                numbers.Add(i);
            }
        }
        return new(part, drafts, numbers, refused);
    }

    private async Task StoreAsync(Part part, IngestEventsResponse reply, Actor actor, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        var outcomes = await store.RecordAsync(part.Drafts, actor, cancellationToken);
        foreach (var (i, outcome) in outcomes.Index())
        {
            reply.StoredCount += outcome == EventOutcome.Stored ? 1 : 0;
            reply.DuplicateCount += outcome == EventOutcome.Duplicate ? 1 : 0;
            if (outcome == EventOutcome.Unmatched)
            {
                part.Refused.Add((part.Numbers[i], "address is empty, and no event with an address is known of the message; tell the address, or tell the event again later"));
            }
        }
        reply.RefusedCount += part.Refused.Count;
        reply.Refusals.AddRange(part.Refused.OrderBy(r => r.Index).Take(ShownRefusals - reply.Refusals.Count).Select(r => new DeliveryEventRefusal
        {
            Number = reply.AcknowledgedCount + r.Index + 1,
            EventKey = EventText.Clean(part.Message.Events[r.Index].EventKey, EventLimits.Key),
            Problem = r.Problem,
        }));
        reply.AcknowledgedCount += part.Message.Events.Count;
    }
}
