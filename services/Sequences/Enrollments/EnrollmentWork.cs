using ContactPlatform.Common.V1;
using ContactPlatform.Sequences.Changes;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Engagement;
using ContactPlatform.Sequences.Tasks;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Enrollments;

/// <summary>What all entries of one act have in common.</summary>
/// <param name="Actor">Who did it.</param>
/// <param name="Time">When, in whole microseconds.</param>
public sealed record Act(Actor Actor, DateTime Time)
{
    /// <summary>What a change is put down to when a caller makes it.</summary>
    public EnrollmentChangeCause Cause => Actor.Kind == ActorKind.Operator ? EnrollmentChangeCause.Manual : EnrollmentChangeCause.Api;

    /// <summary>An act of a caller.</summary>
    public static Act Of(Caller caller, TimeProvider time) => new(caller.Actor, time.Now());
}

/// <summary>What became of an enrolment.</summary>
/// <param name="From">As it was; null when it is new.</param>
/// <param name="To">As it is.</param>
/// <param name="Cause">What changed it.</param>
public sealed record EnrollmentMove(EnrollmentRow? From, EnrollmentRow To, EnrollmentChangeCause Cause)
{
    /// <summary>Whether it stands otherwise, and not only elsewhere: that alone is an entry of its history, and told.</summary>
    public bool IsChange => From is null || To.Version != From.Version;
}

/// <summary>What became of what holds of a contact in all sequences.</summary>
/// <param name="From">As it was.</param>
/// <param name="To">As it is.</param>
public sealed record ContactMove(ContactStatusRow From, ContactStatusRow To);

/// <summary>Contacts that are locked, with all that is open of them.</summary>
/// <param name="Contacts">Each of them.</param>
/// <param name="Enrollments">Their enrolments that have not ended, in whatever sequence.</param>
public sealed record Held(IReadOnlyDictionary<long, ContactStatusRow> Contacts, IReadOnlyList<EnrollmentRow> Enrollments)
{
    /// <summary>A contact's enrolment in a sequence; null when it is not in it.</summary>
    public EnrollmentRow? In(long sequenceId, long contactId) => Enrollments.SingleOrDefault(e => e.ContactId == contactId && e.SequenceId == sequenceId);

    /// <summary>All enrolments of a contact that have not ended.</summary>
    public IEnumerable<EnrollmentRow> Of(long contactId) => Enrollments.Where(e => e.ContactId == contactId);
}

/// <summary>
/// The one way in which anything about enrolments or contacts changes: within the caller's transaction the contacts are locked
/// by ascending id, then their enrolments; somebody decides, in memory; and what became of them is written with its history
/// and told to others.
/// </summary>
public sealed class EnrollmentWork(SequencesDbContext db, ContactStatusStore contacts, EnrollmentStore enrollments, TaskStore tasks, EngagementEntries entries)
{
    /// <summary>Contacts in one transaction: few enough to keep SQL Server from locking whole tables.</summary>
    public const int Size = 1_000;

    /// <summary>Locks contacts and their enrolments within the open transaction.</summary>
    /// <param name="ids">At most <see cref="Size"/>, ascending, each once.</param>
    /// <param name="existing">Those of them of which something can be stored though nothing is yet: they are known to exist.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Held> LockAsync(IReadOnlyCollection<long> ids, IReadOnlyCollection<long> existing, CancellationToken cancellationToken) =>
        new(await contacts.LockAsync(ids, existing, cancellationToken), await enrollments.LockAsync(ids, cancellationToken));

    /// <summary>Writes what became of them within the open transaction, with what that makes of their engagement, and tells others.</summary>
    /// <param name="held">The contacts as they were locked; those of all moves are among them.</param>
    /// <param name="moves">What became of enrolments.</param>
    /// <param name="contactMoves">What became of contacts: opted out, call status.</param>
    /// <param name="act">Who and when.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The contacts as they are now, and the position in the feed; empty when nothing changed.</returns>
    public async Task<(IReadOnlyDictionary<long, ContactStatusRow> Contacts, string ChangeToken)> SaveAsync(
        Held held, IReadOnlyList<EnrollmentMove> moves, IReadOnlyList<ContactMove> contactMoves, Act act, CancellationToken cancellationToken)
    {
        if (moves.Count == 0 && contactMoves.Count == 0)
        {
            return (held.Contacts, "");
        }
        var changed = EngagementWork.Follow(held, moves, contactMoves, act.Time);
        var told = moves.Where(m => m.IsChange).ToList();
        await enrollments.PlaceAsync([.. moves.Where(m => !m.IsChange).Select(m => m.To)], cancellationToken);
        await enrollments.WriteAsync(told, act, cancellationToken);
        await tasks.FollowAsync(told, act.Time, cancellationToken);
        await contacts.WriteAsync(changed, act, cancellationToken);
        await entries.AddAsync(moves, changed, act, cancellationToken);
        if (told.Count == 0 && changed.Count == 0)
        {
            return (held.Contacts, "");
        }
        var row = ChangesProto.StatusesChanged(db.AccountId, act, told, changed);
        db.Outbox.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        var now = new Dictionary<long, ContactStatusRow>(held.Contacts);
        foreach (var move in changed)
        {
            now[move.To.ContactId] = move.To;
        }
        return (now, row.Position);
    }
}
