using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Engagement;

/// <summary>Keeps contacts' engagement in step with what becomes of their enrolments, within the same transaction. Pure.</summary>
public static class EngagementWork
{
    /// <summary>All that becomes of contacts: what is asked for, and what follows from their enrolments.</summary>
    /// <param name="held">The contacts and their enrolments as they were.</param>
    /// <param name="moves">What becomes of enrolments.</param>
    /// <param name="asked">What becomes of contacts; versions are not looked at.</param>
    /// <param name="now">The time.</param>
    /// <returns>What changes of contacts, each an entry of its history; two, the earlier first, of whoever passes Working on the way to another status.</returns>
    public static List<ContactMove> Follow(Held held, IReadOnlyList<EnrollmentMove> moves, IReadOnlyList<ContactMove> asked, DateTime now)
    {
        var wanted = asked.ToDictionary(a => a.To.ContactId, a => a.To);
        var open = held.Enrollments.ToDictionary(e => e.EnrollmentId);
        foreach (var move in moves)
        {
            open[move.To.EnrollmentId] = move.To;
        }
        var byContact = open.Values.ToLookup(e => e.ContactId);
        var begun = moves.Where(m => m.From is { } from && !EngagementDecisions.IsWorked(from) && EngagementDecisions.IsWorked(m.To)).ToDictionary(m => m.To.EnrollmentId, m => m.To);
        var touched = moves.SelectMany(Contacts).Concat(wanted.Keys).Distinct().Order();
        var silent = moves.Where(m => m.Cause is EnrollmentChangeCause.ContactDeleted or EnrollmentChangeCause.ContactMerged).SelectMany(Contacts)
            .Concat(asked.Where(a => a.Silent).Select(a => a.To.ContactId)).ToHashSet();
        var changed = new List<ContactMove>();
        foreach (var contactId in touched)
        {
            var before = held.Contacts[contactId];
            var asks = wanted.GetValueOrDefault(contactId, before).Stamped(before, now);
            var enrollments = byContact[contactId].ToList();
            var after = After(asks, enrollments, now);
            if (after.Engagement != EngagementStatus.Working && begun.Count > 0 && Passed(before, held.Of(contactId), begun, now) is { } passed)
            {
                Add(before, passed);
                before = changed[^1].To;
                after = After(asks with { Engagement = before.Engagement, FirstWorkingTime = before.FirstWorkingTime }, enrollments, now);
            }
            if (after != before)
            {
                Add(before, after);
            }
        }
        return changed;

        void Add(ContactStatusRow from, ContactStatusRow to) => changed.Add(new(from, to with { Version = from.Version + 1 }, silent.Contains(from.ContactId)));

        // A merged enrolment has two: the one that it was of, and the one that it is of.
        static long[] Contacts(EnrollmentMove move) => [move.From?.ContactId ?? move.To.ContactId, move.To.ContactId];
    }

    /// <summary>
    /// The contact when a first step of it was processed, and nothing else had happened: it is Working then, whatever the same change
    /// makes of it, such as Unresponsive where the first step is the last. Null where it is not, or was before.
    /// </summary>
    private static ContactStatusRow? Passed(ContactStatusRow before, IEnumerable<EnrollmentRow> enrollments, Dictionary<long, EnrollmentRow> begun, DateTime now)
    {
        var passed = After(before, [.. enrollments.Select(e => begun.TryGetValue(e.EnrollmentId, out var to) ? EngagementDecisions.Worked(e, to) : e)], now);
        return passed.Engagement == EngagementStatus.Working && before.Engagement != EngagementStatus.Working ? passed : null;
    }

    private static ContactStatusRow After(ContactStatusRow contact, List<EnrollmentRow> enrollments, DateTime now)
    {
        var status = EngagementDecisions.Roll(enrollments, contact.OptedOut);
        return contact with
        {
            Engagement = status,
            EngagementTime = status == contact.Engagement ? contact.EngagementTime : now,
            FirstWorkingTime = contact.FirstWorkingTime ?? (enrollments.Any(EngagementDecisions.IsWorked) ? now : null),
        };
    }
}
