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
    /// <returns>Contacts that change, each with one more entry in its history.</returns>
    public static List<ContactMove> Follow(Held held, IReadOnlyList<EnrollmentMove> moves, IReadOnlyList<ContactMove> asked, DateTime now)
    {
        var wanted = asked.ToDictionary(a => a.To.ContactId, a => a.To);
        var open = held.Enrollments.ToDictionary(e => e.EnrollmentId);
        foreach (var move in moves)
        {
            open[move.To.EnrollmentId] = move.To;
        }
        var byContact = open.Values.ToLookup(e => e.ContactId);
        // A merged enrolment has two: the one that it was of, and the one that it is of.
        var touched = moves.SelectMany(m => new[] { m.From?.ContactId ?? m.To.ContactId, m.To.ContactId }).Concat(wanted.Keys).Distinct().Order();
        var changed = new List<ContactMove>();
        foreach (var contactId in touched)
        {
            var before = held.Contacts[contactId];
            var after = After(wanted.GetValueOrDefault(contactId, before).Stamped(before, now), byContact[contactId].ToList(), now);
            if (after != before)
            {
                changed.Add(new(before, after with { Version = before.Version + 1 }));
            }
        }
        return changed;
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
