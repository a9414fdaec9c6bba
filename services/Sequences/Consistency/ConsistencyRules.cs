using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Engagement;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Consistency;

/// <summary>All that tells of one contact whether rules hold.</summary>
/// <param name="Status">What holds of it here.</param>
/// <param name="Open">Its enrolments that have not ended.</param>
/// <param name="Asked">Whether Contacts was asked for it.</param>
/// <param name="Contact">The contact as Contacts has it now; null where it has not, or was not asked.</param>
/// <param name="Check">What Deliverability says of it now; null where it was not asked.</param>
public sealed record ContactFacts(ContactStatusRow Status, IReadOnlyList<EnrollmentRow> Open, bool Asked, Contact? Contact, SendCheck? Check)
{
    /// <summary>Whether something is done for it by itself, or will be.</summary>
    public bool Runs => Open.Any(e => e.Status is EnrollmentStatus.Active or EnrollmentStatus.OutOfOffice);
}

/// <summary>The rules between the services, and what those of this database ask for. Pure.</summary>
public static class ConsistencyRules
{
    /// <summary>Each with when it does not hold.</summary>
    public static readonly IReadOnlyList<(ConsistencyRule Rule, Func<ContactFacts, bool> IsBroken)> Table =
    [
        (ConsistencyRule.InactivePaused, f => f.Status is { RecordInactive: true, Deleted: false } && f.Runs),
        (ConsistencyRule.DeletedLeft, f => f.Status.Deleted && f.Open.Count > 0),
        (ConsistencyRule.OptedOutFinished, f => f.Status is { OptedOut: true, Deleted: false } && f.Open.Any(e => e.Status != EnrollmentStatus.Finished)),
        (ConsistencyRule.EngagementFollows, f => f.Status.Engagement != EngagementDecisions.Roll(f.Open, f.Status.OptedOut)),
        (ConsistencyRule.OptOutTold, f => f.Status is { OptedOut: true, Deleted: false } && f.Check?.Sendable == true),
        (ConsistencyRule.UnsubscribedHeard, f => f.Status is { OptedOut: false, Deleted: false } && f.Runs && f.Check?.Block == SendBlock.Unsubscribed),
        (ConsistencyRule.RecordStateHeard, f => f.Contact is { } contact && f.Status.RecordInactive != (contact.RecordState == RecordState.Inactive)),
        (ConsistencyRule.DeletionHeard, f => f is { Asked: true, Contact: null, Status.Deleted: false } && f.Open.Count > 0),
    ];

    /// <summary>Rules that this database alone can tell, and <see cref="Repair"/> puts right.</summary>
    public static readonly IReadOnlyList<ConsistencyRule> Own = [ConsistencyRule.InactivePaused, ConsistencyRule.DeletedLeft, ConsistencyRule.OptedOutFinished, ConsistencyRule.EngagementFollows];

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
