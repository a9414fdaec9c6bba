using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.Changes;
using ContactPlatform.Deliverability.Classifications;
using ContactPlatform.Deliverability.Messages;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>What became of an event.</summary>
public enum EventOutcome
{
    /// <summary>It is stored now.</summary>
    Stored,

    /// <summary>It was known, or came before in the same batch.</summary>
    Duplicate,

    /// <summary>Nobody knows whom it is about: it names no address, and no message of which an address is known.</summary>
    Unmatched,
}

/// <summary>Stores events of the context's account and folds what they say into their addresses, in one transaction.</summary>
public sealed class DeliveryEventStore(DeliverabilityDbContext db, AddressStore addresses, AddressFactStore facts, MessageFacts messages, EventRecipients recipients, EventRows rows, MessageNotes notes, MessageAnnouncer announcer, IdSequence ids, TimeProvider time)
{
    /// <summary>Stores what is not stored yet, within the open transaction, or in one of its own.</summary>
    /// <param name="drafts">The events, at most 5,000.</param>
    /// <param name="actor">Who tells them; null for the service itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="told">True when their messages have been told already.</param>
    /// <returns>What became of each, in their order.</returns>
    public async Task<EventOutcome[]> RecordAsync(IReadOnlyList<EventDraft> drafts, Actor? actor, CancellationToken cancellationToken, bool told = false)
    {
        if (drafts.Count == 0)
        {
            return [];
        }
        if (db.Database.CurrentTransaction is not null)
        {
            return await RecordWithinAsync(drafts, actor, told, cancellationToken);
        }
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var outcomes = await RecordWithinAsync(drafts, actor, told, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return outcomes;
    }

    private async Task<EventOutcome[]> RecordWithinAsync(IReadOnlyList<EventDraft> drafts, Actor? actor, bool messagesTold, CancellationToken cancellationToken)
    {
        var outcomes = new EventOutcome[drafts.Count];
        Array.Fill(outcomes, EventOutcome.Duplicate);
        // The first of several with one key is the event. Ordered by key, so that two batches wait for each other and none for ever.
        var fresh = drafts.Select((draft, index) => (Draft: recipients.Recognise(draft), Index: index, Key: draft.KeyHash ?? DeliveryEventRow.Hash(draft.Source, draft.Key)))
            .DistinctBy(e => e.Key).OrderBy(e => e.Key).ToList();
        var byMessage = await recipients.FindAsync([.. fresh.Select(e => e.Draft)], cancellationToken);
        var known = await addresses.EnsureAsync(fresh.Where(e => !byMessage.ContainsKey(e.Draft)).Select(e => e.Draft.Address).Where(a => a.Length > 0), cancellationToken);
        var erased = await recipients.ErasedAsync([.. byMessage.Values.Concat(known.Values).Distinct()], cancellationToken);
        var (now, numbers, next) = (time.Now(), await ids.TakeAsync(fresh.Count, cancellationToken), 0);
        var made = new List<(DeliveryEventRow Row, int Index)>(fresh.Count);
        foreach (var (draft, index, key) in fresh)
        {
            if (byMessage.TryGetValue(draft, out var address) || (draft.Address.Length > 0 && known.TryGetValue(draft.Address, out address)))
            {
                made.Add((Row(draft, key, numbers[next++], address, erased.Contains(address), now), index));
            }
            else
            {
                outcomes[index] = EventOutcome.Unmatched;
            }
        }
        var stored = await rows.AddAsync([.. made.Select(m => m.Row)], cancellationToken);
        foreach (var (_, index) in made.Where(m => stored.Contains(m.Row.DeliveryEventId)))
        {
            outcomes[index] = EventOutcome.Stored;
        }
        var told = made.Select(m => m.Row).Where(r => stored.Contains(r.DeliveryEventId)).ToList();
        if (!messagesTold)
        {
            var followed = await messages.FoldAsync(told.Where(r => !erased.Contains(r.AddressId)).Select(r => new MessageFact(r.MessageId, r.Kind, r.Machine, r.EventTime)), cancellationToken);
            await announcer.TellAsync(followed, actor, now, cancellationToken);
        }
        // Before what follows from them is told.
        await notes.AddAsync(told, actor, now, cancellationToken);
        await facts.FoldAsync([.. told.Select(r => Fact(r, erased)).OfType<AddressFact>()], [], actor, cancellationToken);
        return outcomes;
    }

    /// <summary>An event with what needs no database: so it can be done while others are being stored.</summary>
    public static EventDraft Classified(EventDraft draft) => draft with { Verdict = Classify(draft), KeyHash = DeliveryEventRow.Hash(draft.Source, draft.Key) };

    private static Verdict Classify(EventDraft draft) =>
        draft.OfSender ? new(FailureClass.SenderFault, null!)
        : draft.Kind is DeliveryEventKind.Failed or DeliveryEventKind.Delayed ? Classifier.Classify(draft.Status, draft.Diagnostic, draft.RemoteHost) : default;

    private static AddressFact? Fact(DeliveryEventRow row, HashSet<long> erased) =>
        EventFacts.Of(row.Kind, row.FailureClass, row.Machine) is { } kind && !(EventFacts.IsPersonal(kind) && erased.Contains(row.AddressId))
            ? new(row.AddressId, kind, row.EventTime) : null;

    private DeliveryEventRow Row(EventDraft draft, Guid key, long id, long addressId, bool erased, DateTime now)
    {
        var verdict = draft.Verdict ?? Classify(draft);
        return new()
        {
            AccountId = db.AccountId,
            DeliveryEventId = id,
            KeyHash = key,
            Source = draft.Source,
            EventKey = erased ? "" : draft.Key,
            AddressId = addressId,
            MessageId = draft.MessageId,
            MessageReference = erased ? "" : draft.Reference,
            Kind = draft.Kind,
            Machine = draft.Machine,
            EventTime = draft.Time is { } at ? Clock.Truncate(at) : now,
            ReceiveTime = now,
            EnhancedCode = draft.Status,
            Diagnostic = erased ? "" : draft.Diagnostic,
            RemoteHost = draft.RemoteHost,
            FailureClass = verdict.Class,
            RuleId = verdict.RuleId ?? "",
            RuleVersion = verdict.RuleId is null ? 0 : Classifier.Version,
        };
    }
}
