using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Engagement;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Consistency;

/// <summary>The rules between the services that this database alone can tell, and what they ask for.</summary>
public static class ConsistencyRules
{
    /// <summary>Each with those on whom it does not hold.</summary>
    public static readonly IReadOnlyList<(ConsistencyRule Rule, Func<SequencesDbContext, IQueryable<long>> Broken)> Table =
    [
        (ConsistencyRule.InactivePaused, db => db.ContactStatuses.Where(s => s.RecordInactive && !s.Deleted && db.Enrollments.Any(e =>
            e.ContactId == s.ContactId && e.EndTime == null && (e.Status == EnrollmentStatus.Active || e.Status == EnrollmentStatus.OutOfOffice))).Select(s => s.ContactId)),
        (ConsistencyRule.DeletedLeft, db => db.ContactStatuses.Where(s => s.Deleted && db.Enrollments.Any(e => e.ContactId == s.ContactId && e.EndTime == null)).Select(s => s.ContactId)),
        (ConsistencyRule.OptedOutFinished, db => db.ContactStatuses.Where(s => s.OptedOut && !s.Deleted && db.Enrollments.Any(e =>
            e.ContactId == s.ContactId && e.EndTime == null && e.Status != EnrollmentStatus.Finished)).Select(s => s.ContactId)),
        (ConsistencyRule.EngagementFollows, db => db.ContactStatuses.Where(s => s.OptedOut != (s.Engagement == EngagementStatus.DoNotContact)
            || (!s.OptedOut && (s.Engagement == EngagementStatus.BadEmail) != db.Enrollments.Any(e => e.ContactId == s.ContactId && e.EndTime == null
                && e.FinishReason != FinishReason.OptedOut && (e.Flags & EnrollmentFlags.HardBounced) != EnrollmentFlags.None))).Select(s => s.ContactId)),
    ];

    /// <summary>What becomes of contacts so that all of them hold. Pure.</summary>
    /// <param name="held">The contacts, locked.</param>
    /// <param name="now">The time.</param>
    public static (List<EnrollmentMove> Moves, List<ContactMove> Contacts) Repair(Held held, DateTime now)
    {
        var (moves, contacts) = (new List<EnrollmentMove>(), new List<ContactMove>());
        foreach (var contact in held.Contacts.Values)
        {
            var after = new List<EnrollmentRow>();
            foreach (var enrollment in held.Of(contact.ContactId))
            {
                var (to, cause) = Decide(contact, enrollment.Standing);
                after.Add(to == enrollment.Standing ? enrollment : enrollment.After(to, now, null));
                if (to != enrollment.Standing)
                {
                    moves.Add(new(enrollment, after[^1], cause));
                }
            }
            if (EngagementDecisions.Roll(after, contact.OptedOut) != contact.Engagement)
            {
                contacts.Add(new(contact, contact));
            }
        }
        return (moves, contacts);
    }

    private static (Standing To, EnrollmentChangeCause Cause) Decide(ContactStatusRow contact, Standing now) =>
        contact.Deleted ? (EnrollmentDecisions.End(now), EnrollmentChangeCause.ContactDeleted)
        : contact.OptedOut ? (EnrollmentDecisions.OptOut(now), EnrollmentChangeCause.OptOut)
        : contact.RecordInactive ? (EnrollmentDecisions.RecordInactive(now), EnrollmentChangeCause.RecordInactive)
        : (now, EnrollmentChangeCause.Unspecified);
}
