using ContactPlatform.Sequences.ContactFeed;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;
using Contact = ContactPlatform.Contacts.V1.Contact;

namespace ContactPlatform.Sequences.StatusMatrix;

/// <summary>What became of one contact of a command.</summary>
/// <param name="Changed">Whether it changed.</param>
/// <param name="Refusal">Why it was refused; null when it was not.</param>
/// <param name="Enrollment">How it stands in the sequence; null where it is in none.</param>
/// <param name="Contact">What holds of it.</param>
public sealed record StatusOutcome(bool Changed, Refusal? Refusal, EnrollmentRow? Enrollment, ContactStatusRow Contact);

/// <summary>Sets and removes statuses, and says what would become of it.</summary>
public sealed class StatusWork(SequencesDbContext db, EnrollmentWork work, ContactReader contacts, TimeProvider time)
{
    /// <summary>Does a command for contacts in one transaction, each as far as it may.</summary>
    /// <param name="command">The command.</param>
    /// <param name="sequence">The sequence; null for none.</param>
    /// <param name="contactIds">Ascending, each once, at most 1,000.</param>
    /// <param name="caller">Who commands.</param>
    /// <param name="prepare">Done before the transaction for what will be changed; null for nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of each, and the position in the feed; empty when nothing changed.</returns>
    public async Task<(Dictionary<long, StatusOutcome> Outcomes, string ChangeToken)> DoAsync(
        StatusCommand command, SequenceContent? sequence, long[] contactIds, Caller caller, Func<Task>? prepare, CancellationToken cancellationToken)
    {
        var asked = command.MakesActive || command.Status == V1.SequenceStatus.OptedOut;
        var found = asked ? await contacts.GetAsync(contactIds, cancellationToken) : [];
        if (prepare is not null)
        {
            await prepare();
        }
        var act = Act.Of(caller, time);
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var held = await work.LockAsync(contactIds, [.. found.Keys.Order()], cancellationToken);
        var (outcomes, moves, contactMoves) = (new Dictionary<long, StatusOutcome>(contactIds.Length), new List<EnrollmentMove>(), new List<ContactMove>());
        foreach (var id in contactIds)
        {
            var (row, contact) = (sequence is null ? null : held.In(sequence.Row.SequenceId, id), held.Contacts[id]);
            if (contact.Deleted || (asked && !found.ContainsKey(id)))
            {
                outcomes[id] = new(false, ContactReader.Missing(id), row, contact);
                continue;
            }
            var verdict = command.Judge(Facts(row, contact, sequence, caller, found.GetValueOrDefault(id)));
            if (verdict.Refusal is not null || verdict.NoChange)
            {
                outcomes[id] = new(false, verdict.Refusal, row, contact);
                continue;
            }
            var (changed, to) = command.Apply(row, contact, held.Of(id), sequence, act);
            var mine = changed.ToList();
            if ((to.OptedOut, to.CallStatus) != (contact.OptedOut, contact.CallStatus))
            {
                contactMoves.Add(new(contact, to));
            }
            moves.AddRange(mine);
            outcomes[id] = new(true, null, mine.SingleOrDefault(m => m.To.EnrollmentId == row?.EnrollmentId)?.To ?? row, to);
        }
        var (now, token) = await work.SaveAsync(held, moves, contactMoves, act, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (outcomes.ToDictionary(o => o.Key, o => o.Value with { Contact = now[o.Key] }), token);
    }

    /// <summary>Finds all that decides for one contact at this moment.</summary>
    /// <exception cref="RefusalException">CONTACT_NOT_FOUND, SERVICE_UNAVAILABLE.</exception>
    public async Task<StatusFacts> FactsAsync(long contactId, SequenceContent? sequence, Caller caller, CancellationToken cancellationToken)
    {
        var contact = await contacts.GetAsync(contactId, cancellationToken);
        var sequenceId = sequence?.Row.SequenceId ?? 0;
        var status = await db.ContactStatuses.AsNoTracking().SingleOrDefaultAsync(s => s.ContactId == contactId, cancellationToken) ?? new();
        var row = await db.Enrollments.AsNoTracking().SingleOrDefaultAsync(e => e.ContactId == contactId && e.SequenceId == sequenceId && e.EndTime == null, cancellationToken);
        return Facts(row, status, sequence, caller, contact);
    }

    private static StatusFacts Facts(EnrollmentRow? row, ContactStatusRow status, SequenceContent? sequence, Caller caller, Contact? contact)
    {
        var last = row?.LastStepId ?? 0;
        return new(
            row?.Standing, status.OptedOut, status.CallStatus,
            Closed: sequence?.IsClosedTo(caller) == true,
            StepsLeft: sequence?.Remaining(last).Any() == true,
            Missing: contact is null ? [] : sequence?.Missing(last, contact) ?? [],
            RecordInactive: status.RecordInactive || contact?.RecordState == ContactPlatform.Contacts.V1.RecordState.Inactive);
    }
}
