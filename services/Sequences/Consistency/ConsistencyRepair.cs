using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.Changes;
using ContactPlatform.Sequences.ContactFeed;
using ContactPlatform.Sequences.DeliverabilityFeed;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Replies;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Times;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Sequences.Consistency;

/// <summary>Puts contacts right on which rules do not hold, up to 1,000 in a transaction, each looked at again when it is locked.</summary>
public sealed class ConsistencyRepair(SequencesDbContext db, EnrollmentWork work, ContactEvents events, ReplyWork replies, MailWork mails, ContactFeedEnd feed, TimeProvider time)
{
    private static readonly Actor Self = new() { Kind = ActorKind.Service, Subject = "service:sequences", DisplayName = "sequences" };

    /// <summary>Puts right what this database alone can tell.</summary>
    public async Task OwnAsync(long[] ids, CancellationToken cancellationToken)
    {
        if (ids.Length == 0)
        {
            return;
        }
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var held = await work.LockAsync(ids, [], cancellationToken);
        var act = new Act(Self, time.Now());
        var (moves, contacts) = ConsistencyRules.Repair(held, act.Time);
        await work.SaveAsync(held, moves, contacts, act, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Takes over what Contacts has, unless it has told more than was heard: then that is on its way, and says besides who was merged
    /// into whom.
    /// </summary>
    /// <param name="inactive">Whose record is inactive.</param>
    /// <param name="active">Whose is not.</param>
    /// <param name="gone">Who is no more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task HearAsync(long[] inactive, long[] active, long[] gone, CancellationToken cancellationToken)
    {
        if (!await feed.IsReachedAsync(cancellationToken))
        {
            return;
        }
        foreach (var (ids, isInactive) in new[] { (inactive, true), (active, false) }.Where(p => p.Item1.Length > 0))
        {
            await using var transaction = await db.BeginBulkAsync(cancellationToken);
            await events.SetRecordInactiveAsync(ids, isInactive, Self, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        if (gone.Length > 0)
        {
            await using var transaction = await db.BeginBulkAsync(cancellationToken);
            await events.DeleteAsync(gone, Self, cancellationToken);
            await replies.ForgetAsync(gone, cancellationToken);
            await mails.ForgetAsync(gone, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>Tells once more of contacts who opted out.</summary>
    public async Task TellAsync(long[] ids, CancellationToken cancellationToken)
    {
        if (ids.Length > 0)
        {
            await using var transaction = await db.BeginBulkAsync(cancellationToken);
            var held = await work.LockAsync(ids, [], cancellationToken);
            db.Outbox.Add(ChangesProto.StatusesChanged(db.AccountId, new(Self, time.Now()), [], [.. held.Contacts.Values.Where(c => c.OptedOut).Select(c => new ContactMove(c, c))]));
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>Takes over that contacts unsubscribed.</summary>
    public async Task UnsubscribeAsync(IReadOnlyCollection<SendCheck> checks, CancellationToken cancellationToken)
    {
        var now = Timestamp.FromDateTime(time.Now());
        var told = new DeliverabilityChanged { Contacts = { checks.Select(c => new ContactDeliverability { ContactId = c.ContactId, UnsubscribeTime = c.FactTime ?? now }) } };
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        await mails.ApplyAsync([new() { Actor = Self, DeliverabilityChanged = told }], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
