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

/// <summary>A command for one contact.</summary>
/// <param name="Command">The command.</param>
/// <param name="Sequence">The sequence; null for none.</param>
/// <param name="ContactId">The contact.</param>
/// <param name="Caller">Who commands.</param>
/// <param name="Found">The contact as Contacts has it; null where the command does not ask for it, or there is none.</param>
public sealed record StatusAsk(StatusCommand Command, SequenceContent? Sequence, long ContactId, Caller Caller, Contact? Found);

/// <summary>What became of one contact of a command.</summary>
/// <param name="Changed">Whether it changed.</param>
/// <param name="Refusal">Why it was refused; null when it was not.</param>
/// <param name="Enrollment">How it stands in the sequence; null where it is in none.</param>
/// <param name="Contact">What holds of it.</param>
/// <param name="ChangeToken">Position in the feed of all that its caller changed with it; empty when nothing changed.</param>
public sealed record StatusOutcome(bool Changed, Refusal? Refusal, EnrollmentRow? Enrollment, ContactStatusRow Contact, string ChangeToken = "");

/// <summary>Sets and removes statuses, and says what would become of it.</summary>
public sealed class StatusWork(SequencesDbContext db, EnrollmentWork work, ContactReader contacts, TimeProvider time)
{
    /// <summary>Does one command for many contacts in one transaction, each as far as it may.</summary>
    /// <param name="command">The command.</param>
    /// <param name="sequence">The sequence; null for none.</param>
    /// <param name="contactIds">Ascending, each once, at most 1,000.</param>
    /// <param name="caller">Who commands.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of each.</returns>
    public async Task<IReadOnlyDictionary<long, StatusOutcome>> DoAsync(StatusCommand command, SequenceContent? sequence, long[] contactIds, Caller caller, CancellationToken cancellationToken)
    {
        var found = command.AsksForContact ? await contacts.GetAsync(contactIds, cancellationToken) : [];
        return await DoAsync([.. contactIds.Select(id => new StatusAsk(command, sequence, id, caller, found.GetValueOrDefault(id)))], wait: true, cancellationToken);
    }

    /// <summary>Does commands in one transaction, each as far as it may.</summary>
    /// <param name="asks">By ascending contact, each contact once, at most 1,000.</param>
    /// <param name="wait">Waits for whoever holds a contact; otherwise such contacts are left out, and so are those that nothing is stored of.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of each that was not left out.</returns>
    public async Task<IReadOnlyDictionary<long, StatusOutcome>> DoAsync(IReadOnlyList<StatusAsk> asks, bool wait, CancellationToken cancellationToken)
    {
        long[] ids = [.. asks.Select(a => a.ContactId)], existing = [.. asks.Where(a => a.Found is not null).Select(a => a.ContactId)];
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var held = wait ? await work.LockAsync(ids, existing, cancellationToken) : await work.LockFreeAsync(ids, existing, cancellationToken);
        var now = time.Now();
        var (outcomes, moves, contactMoves) = (new Dictionary<long, StatusOutcome>(asks.Count), new List<EnrollmentMove>(), new List<ContactMove>());
        foreach (var ask in asks.Where(a => held.Contacts.ContainsKey(a.ContactId)))
        {
            var (command, sequence, id, caller, found) = ask;
            var (row, contact) = (sequence is null ? null : held.In(sequence.Row.SequenceId, id), held.Contacts[id]);
            if (contact.Deleted || (command.AsksForContact && found is null))
            {
                outcomes[id] = new(false, ContactReader.Missing(id), row, contact);
                continue;
            }
            var verdict = command.Judge(Facts(row, contact, sequence, caller, found));
            if (verdict.Refusal is not null || verdict.NoChange)
            {
                outcomes[id] = new(false, verdict.Refusal, row, contact);
                continue;
            }
            var (changed, to) = command.Apply(row, contact, held.Of(id), sequence, new(caller.Actor, now));
            var mine = changed.ToList();
            if ((to.OptedOut, to.CallStatus) != (contact.OptedOut, contact.CallStatus))
            {
                contactMoves.Add(new(contact, to));
            }
            moves.AddRange(mine);
            outcomes[id] = new(true, null, mine.SingleOrDefault(m => m.To.EnrollmentId == row?.EnrollmentId)?.To ?? row, to);
        }
        var actors = asks.ToDictionary(a => a.ContactId, a => a.Caller.Actor);
        var (after, positions) = await work.SaveAsync(held, moves, contactMoves, now, id => actors[id], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return outcomes.ToDictionary(o => o.Key, o => o.Value with { Contact = after[o.Key], ChangeToken = o.Value.Changed ? positions.GetValueOrDefault(actors[o.Key], "") : "" });
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
