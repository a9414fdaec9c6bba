using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.Changes;
using ContactPlatform.Sequences.DeliverabilityFeed;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Consistency;

/// <summary>Finds contacts of the context's account on which the rules between the services do not hold, and puts them right.</summary>
/// <param name="db">The database.</param>
/// <param name="work">Changes enrolments.</param>
/// <param name="mails">Takes over what Deliverability knows.</param>
/// <param name="calls">Asks Deliverability.</param>
/// <param name="time">The clock.</param>
/// <param name="gate">Deliverability's gate; null where it is not followed.</param>
public sealed class ConsistencyCheck(SequencesDbContext db, EnrollmentWork work, MailWork mails, DeliverabilityCalls calls, TimeProvider time, SendabilityService.SendabilityServiceClient? gate = null)
{
    private static readonly Actor Self = new() { Kind = ActorKind.Service, Subject = "service:sequences", DisplayName = "sequences" };

    /// <summary>Counts those on whom rules do not hold.</summary>
    /// <exception cref="ServiceDefaults.Errors.RefusalException">SERVICE_UNAVAILABLE.</exception>
    public async Task<List<RuleViolations>> CountAsync(CancellationToken cancellationToken)
    {
        var counts = new List<RuleViolations>();
        foreach (var (rule, broken) in ConsistencyRules.Table)
        {
            counts.Add(new() { Rule = rule, ContactCount = await broken(db).LongCountAsync(cancellationToken) });
        }
        foreach (var rule in Asked)
        {
            counts.Add(new() { Rule = rule, ContactCount = (await AskAsync(rule, int.MaxValue, cancellationToken)).Count });
        }
        return counts;
    }

    /// <summary>Puts some right: up to 1,000 for each rule.</summary>
    /// <exception cref="ServiceDefaults.Errors.RefusalException">SERVICE_UNAVAILABLE.</exception>
    public async Task<List<RuleViolations>> RepairAsync(CancellationToken cancellationToken)
    {
        var counts = new List<RuleViolations>();
        foreach (var (rule, broken) in ConsistencyRules.Table)
        {
            counts.Add(new() { Rule = rule, ContactCount = await RepairAsync(await broken(db).OrderBy(id => id).Take(EnrollmentWork.Size).ToArrayAsync(cancellationToken), cancellationToken) });
        }
        foreach (var rule in Asked)
        {
            var found = await AskAsync(rule, EnrollmentWork.Size, cancellationToken);
            counts.Add(new() { Rule = rule, ContactCount = found.Count });
            await (rule == ConsistencyRule.OptOutTold ? TellAsync(found, cancellationToken) : HearAsync(found, cancellationToken));
        }
        return counts;
    }

    private IEnumerable<ConsistencyRule> Asked => gate is null ? [] : [ConsistencyRule.OptOutTold, ConsistencyRule.UnsubscribedHeard];

    private async Task<int> RepairAsync(long[] ids, CancellationToken cancellationToken)
    {
        if (ids.Length == 0)
        {
            return 0;
        }
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var held = await work.LockAsync(ids, [], cancellationToken);
        var act = new Act(Self, time.Now());
        var (moves, contacts) = ConsistencyRules.Repair(held, act.Time);
        await work.SaveAsync(held, moves, contacts, act, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return moves.Select(m => m.To.ContactId).Concat(contacts.Select(c => c.To.ContactId)).Distinct().Count();
    }

    /// <summary>Those on whom a rule does not hold that Deliverability has to be asked for.</summary>
    private async Task<List<long>> AskAsync(ConsistencyRule rule, int most, CancellationToken cancellationToken)
    {
        var (found, after) = (new List<long>(), 0L);
        while (found.Count < most)
        {
            var ids = rule == ConsistencyRule.OptOutTold
                ? await db.ContactStatuses.Where(s => s.OptedOut && !s.Deleted && s.ContactId > after).OrderBy(s => s.ContactId).Select(s => s.ContactId).Take(EnrollmentWork.Size).ToListAsync(cancellationToken)
                : await db.Enrollments.Where(e => e.EndTime == null && (e.Status == EnrollmentStatus.Active || e.Status == EnrollmentStatus.OutOfOffice) && e.ContactId > after)
                    .Select(e => e.ContactId).Distinct().OrderBy(id => id).Take(EnrollmentWork.Size).ToListAsync(cancellationToken);
            if (ids.Count == 0)
            {
                break;
            }
            after = ids[^1];
            var reply = await calls.AskAsync(db.AccountId, options => gate!.CheckSendableAsync(new() { ContactIds = { ids } }, options), cancellationToken);
            found.AddRange(reply.Checks.Where(c => rule == ConsistencyRule.OptOutTold ? c.Sendable : c.Block == SendBlock.Unsubscribed).Select(c => c.ContactId));
        }
        return [.. found.Take(most)];
    }

    /// <summary>Tells once more of contacts who opted out.</summary>
    private async Task TellAsync(List<long> ids, CancellationToken cancellationToken)
    {
        if (ids.Count > 0)
        {
            await using var transaction = await db.BeginBulkAsync(cancellationToken);
            var held = await work.LockAsync(ids, [], cancellationToken);
            db.Outbox.Add(ChangesProto.StatusesChanged(db.AccountId, new(Self, time.Now()), [], [.. held.Contacts.Values.Where(c => c.OptedOut).Select(c => new ContactMove(c, c))]));
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>Takes over that contacts unsubscribed.</summary>
    private async Task HearAsync(List<long> ids, CancellationToken cancellationToken)
    {
        var told = new DeliverabilityChanged();
        foreach (var id in ids)
        {
            var reply = await calls.AskAsync(db.AccountId, options => gate!.ExplainSendabilityAsync(new() { ContactId = id }, options), cancellationToken);
            told.Contacts.AddRange(reply.Blocks.Where(b => b.Block == SendBlock.Unsubscribed).Select(b => new ContactDeliverability { ContactId = id, UnsubscribeTime = b.FactTime ?? Timestamp.FromDateTime(time.Now()) }));
        }
        if (told.Contacts.Count > 0)
        {
            await using var transaction = await db.BeginBulkAsync(cancellationToken);
            await mails.ApplyAsync([new() { Actor = Self, DeliverabilityChanged = told }], cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }
}
