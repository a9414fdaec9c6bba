using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using Microsoft.EntityFrameworkCore;
using DeliverabilityChange = ContactPlatform.Deliverability.V1.StreamChangesResponse;

namespace ContactPlatform.Sequences.DeliverabilityFeed;

/// <summary>
/// Lets what became of mails do what it does: to the enrolments that sent them, and to contacts who want no more. Within the open
/// transaction; what is heard again changes nothing, since only what was not known before is looked at.
/// </summary>
public sealed class MailWork(SequencesDbContext db, EnrollmentWork work, ContactStatusStore contacts, SequenceStore sequences, TimeProvider time)
{
    private readonly record struct OptTimes(DateTime? Out, DateTime? In);

    /// <summary>Applies changes of one account.</summary>
    public async Task ApplyAsync(IReadOnlyList<DeliverabilityChange> changes, CancellationToken cancellationToken)
    {
        var heard = await FoldAsync([.. changes.SelectMany(c => c.MessagesChanged?.Messages ?? [])], cancellationToken);
        var enrollmentIds = heard.Keys.ToList();
        var open = enrollmentIds.Count == 0 ? [] : await db.Enrollments.AsNoTracking().Where(e => enrollmentIds.Contains(e.EnrollmentId) && e.EndTime == null)
            .Select(e => new { e.EnrollmentId, e.ContactId }).ToListAsync(cancellationToken);
        var told = Told(changes);
        foreach (var enrollment in open)
        {
            if (heard[enrollment.EnrollmentId].OptOut is { } optOut)
            {
                var before = told.GetValueOrDefault(enrollment.ContactId);
                told[enrollment.ContactId] = before with { Out = before.Out > optOut ? before.Out : optOut };
            }
        }
        var changed = await ChangedAsync(told, cancellationToken);
        var actor = changes[^1].Actor ?? new Actor();
        foreach (var ids in open.Select(e => e.ContactId).Concat(changed).Distinct().Order().Chunk(EnrollmentWork.Size))
        {
            await ApplyAsync(ids, [.. changed.Intersect(ids).Order()], heard, told, new(actor, time.Now()), cancellationToken);
        }
    }

    /// <summary>Drops what tells of contacts who are gone: what they opened, and how answers would name it.</summary>
    public Task ForgetAsync(IReadOnlyCollection<long> contactIds, CancellationToken cancellationToken) =>
        db.StepMessages.Where(m => contactIds.Contains(m.ContactId)).ExecuteUpdateAsync(set => set
            .SetProperty(m => m.MessageReference, "").SetProperty(m => m.OpenTime, (DateTime?)null).SetProperty(m => m.ClickTime, (DateTime?)null)
            .SetProperty(m => m.MachineOpenTime, (DateTime?)null).SetProperty(m => m.MachineClickTime, (DateTime?)null), cancellationToken);

    /// <summary>Hands what a merged contact was sent to the survivor.</summary>
    public Task MergeAsync(long survivorId, long mergedId, CancellationToken cancellationToken) =>
        db.StepMessages.Where(m => m.ContactId == mergedId).ExecuteUpdateAsync(set => set.SetProperty(m => m.ContactId, survivorId), cancellationToken);

    private async Task ApplyAsync(long[] ids, long[] existing, Dictionary<long, Heard> heard, Dictionary<long, OptTimes> told, Act act, CancellationToken cancellationToken)
    {
        var held = await work.LockAsync(ids, existing, cancellationToken);
        var (moves, contactMoves) = (new List<EnrollmentMove>(), new List<ContactMove>());
        foreach (var id in ids.Where(id => !held.Contacts[id].Deleted))
        {
            var contact = held.Contacts[id];
            var after = told.TryGetValue(id, out var times) ? contact.Heard(times.Out, times.In) : contact;
            if (after.OptedOut != contact.OptedOut)
            {
                contactMoves.Add(new(contact, after));
            }
            else if (after != contact)
            {
                await contacts.SetTimesAsync(after, cancellationToken);
            }
            foreach (var enrollment in held.Of(id))
            {
                var mails = heard.GetValueOrDefault(enrollment.EnrollmentId);
                // A mail of another sequence under this enrolment's name is nobody's.
                var to = mails is null || mails.SequenceId != enrollment.SequenceId ? enrollment.Standing
                    : MailDecisions.After(MailDecisions.Without(enrollment.Standing, mails.Withdrawn), mails.Facts, await SettingsAsync(enrollment.SequenceId, cancellationToken));
                var last = after.OptedOut && !contact.OptedOut ? EnrollmentDecisions.OptOut(to) : to;
                if (last != enrollment.Standing)
                {
                    moves.Add(new(enrollment, enrollment.After(last, act.Time, null), last != to ? EnrollmentChangeCause.OptOut : EnrollmentChangeCause.Mail));
                }
            }
        }
        await work.SaveAsync(held, moves, contactMoves, act, cancellationToken);
    }

    private async Task<SequenceSettings> SettingsAsync(long sequenceId, CancellationToken cancellationToken) => (await sequences.LoadAsync(sequenceId, cancellationToken)).Settings;

    /// <summary>Writes down what is told of mails.</summary>
    /// <returns>What is new, by enrolment.</returns>
    private async Task<Dictionary<long, Heard>> FoldAsync(IReadOnlyList<MessageOutcome> outcomes, CancellationToken cancellationToken)
    {
        var found = new Dictionary<long, Heard>();
        if (outcomes.Count == 0)
        {
            return found;
        }
        var ids = outcomes.Select(o => o.MessageId).Distinct().ToList();
        var rows = await db.StepMessages.Where(m => ids.Contains(m.MessageId)).ToDictionaryAsync(m => m.MessageId, cancellationToken);
        var before = rows.ToDictionary(r => r.Key, r => (r.Value.Facts, r.Value.UnsubscribeTime));
        foreach (var (outcome, origin) in await OriginsAsync(outcomes, rows, cancellationToken))
        {
            if (!rows.TryGetValue(outcome.MessageId, out var row))
            {
                db.StepMessages.Add(rows[outcome.MessageId] = row = StepMessageRow.New(db.AccountId, origin, outcome));
            }
            row.Fold(outcome);
        }
        await db.SaveChangesAsync(cancellationToken);
        foreach (var row in rows.Values)
        {
            var (facts, unsubscribe) = before.GetValueOrDefault(row.MessageId);
            var (fresh, gone) = (row.Facts & ~facts, facts & ~row.Facts);
            var optOut = unsubscribe is null ? row.UnsubscribeTime : null;
            if (fresh != 0 || gone != 0 || optOut is not null)
            {
                var known = found.GetValueOrDefault(row.EnrollmentId) ?? new(row.SequenceId, 0, 0, null);
                found[row.EnrollmentId] = known with { Facts = known.Facts | fresh, Withdrawn = known.Withdrawn | gone, OptOut = known.OptOut > optOut ? known.OptOut : optOut ?? known.OptOut };
            }
        }
        foreach (var (enrollmentId, heard) in found.Where(f => f.Value.Withdrawn != 0).ToList())
        {
            found[enrollmentId] = heard with { Withdrawn = heard.Withdrawn & ~await StandingAsync(enrollmentId, rows.Values.First(r => r.EnrollmentId == enrollmentId).ContactId, cancellationToken) };
        }
        return found;
    }

    /// <summary>Of what was said of bounces that which still holds of an enrolment: by another of its mails, or since somebody set it.</summary>
    private async Task<MailFacts> StandingAsync(long enrollmentId, long contactId, CancellationToken cancellationToken)
    {
        var mails = await db.StepMessages.AsNoTracking().Where(m => m.ContactId == contactId && m.EnrollmentId == enrollmentId && (m.BounceTime != null || m.HardBounceTime != null)).ToListAsync(cancellationToken);
        var byHand = await db.EnrollmentChanges.AnyAsync(c => c.EnrollmentId == enrollmentId && (c.Cause == EnrollmentChangeCause.Manual || c.Cause == EnrollmentChangeCause.Api)
            && (c.ToFlags & EnrollmentFlags.Bounced) != EnrollmentFlags.None && (c.FromFlags & EnrollmentFlags.Bounced) == EnrollmentFlags.None, cancellationToken);
        return mails.Aggregate(byHand ? MailFacts.Bounced : 0, (facts, mail) => facts | mail.Facts);
    }

    /// <summary>Finds the enrolments of mails; those that are no step's are left out.</summary>
    private async Task<List<(MessageOutcome Outcome, SendOrigin Origin)>> OriginsAsync(IReadOnlyList<MessageOutcome> outcomes, Dictionary<long, StepMessageRow> known, CancellationToken cancellationToken)
    {
        var read = outcomes.Select(o => (Outcome: o, Origin: SendMetadata.Read(o.Metadata))).Where(o => o.Origin is not null).Select(o => (o.Outcome, Origin: o.Origin!)).ToList();
        var asked = read.Where(o => o.Origin.EnrollmentId == 0 && !known.ContainsKey(o.Outcome.MessageId)).ToList();
        var (dispatches, contactIds) = (asked.Select(o => o.Origin.DispatchId).Distinct().ToList(), asked.Select(o => o.Outcome.ContactId).Distinct().ToList());
        var sends = asked.Count == 0 ? [] : (await db.StepSends.Where(s => dispatches.Contains(s.DispatchId) && contactIds.Contains(s.ContactId)).Select(s => new { s.DispatchId, s.ContactId, s.EnrollmentId })
            .ToListAsync(cancellationToken)).DistinctBy(s => (s.DispatchId, s.ContactId)).ToDictionary(s => (s.DispatchId, s.ContactId), s => s.EnrollmentId);
        return [.. read.Select(o => (o.Outcome, o.Origin with
        {
            EnrollmentId = o.Origin.EnrollmentId > 0 ? o.Origin.EnrollmentId : known.GetValueOrDefault(o.Outcome.MessageId)?.EnrollmentId ?? sends.GetValueOrDefault((o.Origin.DispatchId, o.Outcome.ContactId)),
        })).Where(o => o.Item2.EnrollmentId > 0)];
    }

    private static Dictionary<long, OptTimes> Told(IEnumerable<DeliverabilityChange> changes)
    {
        var told = new Dictionary<long, OptTimes>();
        foreach (var contact in changes.SelectMany(c => c.DeliverabilityChanged?.Contacts ?? []).Where(c => c.UnsubscribeTime is not null || c.ResubscribeTime is not null))
        {
            var before = told.GetValueOrDefault(contact.ContactId);
            told[contact.ContactId] = new(Later(before.Out, contact.UnsubscribeTime?.ToDateTime()), Later(before.In, contact.ResubscribeTime?.ToDateTime()));
        }
        return told;

        static DateTime? Later(DateTime? one, DateTime? other) => one is null || other > one ? other : one;
    }

    /// <summary>Those of contacts for whom it is new: it is repeated with whatever else is told of them.</summary>
    private async Task<List<long>> ChangedAsync(Dictionary<long, OptTimes> told, CancellationToken cancellationToken)
    {
        var changed = new List<long>();
        foreach (var ids in told.Keys.Order().Chunk(EnrollmentWork.Size))
        {
            var known = await db.ContactStatuses.AsNoTracking().Where(s => ids.Contains(s.ContactId)).ToDictionaryAsync(s => s.ContactId, cancellationToken);
            changed.AddRange(ids.Where(id => known.GetValueOrDefault(id, new()) is var row && row.Heard(told[id].Out, told[id].In) != row));
        }
        return changed;
    }

    /// <summary>What is new of the mails of an enrolment, and what was said of them before and is not so.</summary>
    private sealed record Heard(long SequenceId, MailFacts Facts, MailFacts Withdrawn, DateTime? OptOut);
}
