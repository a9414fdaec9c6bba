using System.Globalization;
using System.Threading.Channels;
using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>
/// Reads a stream of events, and stores each message of it in a transaction of its own. While one is being stored the next is
/// begun where that makes no difference: what it says of addresses is folded under their locks, in any order.
/// </summary>
public sealed class EventStream(DeliverabilityDbContext db, IServiceScopeFactory scopes, TimeProvider time)
{
    /// <summary>Trailer that tells how many events from the beginning are dealt with.</summary>
    public const string AcknowledgedTrailer = "acknowledged-count";

    private const int ShownRefusals = 100;

    /// <summary>Messages of the stream that are read ahead of the one that is being stored.</summary>
    private const int Ahead = 2;

    /// <summary>A message of the stream, read.</summary>
    private sealed record Part(IngestEventsRequest Message, IReadOnlyList<EventDraft> Drafts, List<int> Numbers, List<(int Index, string Problem)> Refused)
    {
        /// <summary>Stand for its events.</summary>
        public HashSet<Guid> Keys { get; } = [.. Drafts.Select(d => d.KeyHash!.Value)];

        /// <summary>True when it can be stored beside the part before it: none of its events is found by what that one tells.</summary>
        public bool StandsAlone { get; } = Drafts.All(d => d.Address.Length > 0);
    }

    /// <summary>A part that is being stored.</summary>
    private sealed record Storing(Part Part, Task<EventOutcome[]> Outcomes);

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
        Storing? before = null, storing = null;
        try
        {
            await foreach (var part in read.Reader.ReadAllAsync(cancellationToken))
            {
                if (before is not null && !(part.StandsAlone && await InAnyOrderAsync(cancellationToken)))
                {
                    Count(before.Part, await before.Outcomes, reply);
                    before = null;
                }
                storing = new(part, StoreAsync(part, before?.Part.Keys, actor, cancellationToken));
                if (before is not null)
                {
                    Count(before.Part, await before.Outcomes, reply);
                }
                (before, storing) = (storing, null);
            }
            if (before is not null)
            {
                Count(before.Part, await before.Outcomes, reply);
                before = null;
            }
            return reply;
        }
        finally
        {
            await reading.CancelAsync();
            await reader;
            // What is being stored when something breaks is acknowledged as far as it is stored without a gap; what lies behind one is known when it is told again.
            foreach (var left in new[] { before, storing }.OfType<Storing>())
            {
                await ((Task)left.Outcomes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            foreach (var left in new[] { before, storing }.OfType<Storing>().TakeWhile(s => s.Outcomes.IsCompletedSuccessfully))
            {
                Count(left.Part, await left.Outcomes, reply);
            }
            trailers.Add(AcknowledgedTrailer, reply.AcknowledgedCount.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Whether nobody is told events in the order in which they are stored.</summary>
    private async Task<bool> InAnyOrderAsync(CancellationToken cancellationToken) => !await db.Webhooks.AnyAsync(w => !w.Disabled, cancellationToken);

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

    /// <summary>Stores a part, but for events that the part before it tells first, which is being stored.</summary>
    private async Task<EventOutcome[]> StoreAsync(Part part, HashSet<Guid>? told, Actor actor, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = db.AccountId;
        var store = scope.ServiceProvider.GetRequiredService<DeliveryEventStore>();
        if (told is null)
        {
            return await store.RecordAsync(part.Drafts, actor, cancellationToken);
        }
        var outcomes = new EventOutcome[part.Drafts.Count];
        Array.Fill(outcomes, EventOutcome.Duplicate);
        var fresh = part.Drafts.Index().Where(d => !told.Contains(d.Item.KeyHash!.Value)).ToList();
        foreach (var (outcome, draft) in (await store.RecordAsync(fresh.ConvertAll(d => d.Item), actor, cancellationToken)).Zip(fresh))
        {
            outcomes[draft.Index] = outcome;
        }
        return outcomes;
    }

    private static void Count(Part part, EventOutcome[] outcomes, IngestEventsResponse reply)
    {
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
