using ContactPlatform.Common.V1;
using ContactPlatform.Sequences.Changes;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Engagement;
using ContactPlatform.Sequences.Tasks;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Feeds;
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
/// <param name="Silent">Whether nothing happened to the contact itself, so that it enters no status: merging hands things on, deleting ends them.</param>
public sealed record ContactMove(ContactStatusRow From, ContactStatusRow To, bool Silent = false);

/// <summary>Contacts that are locked, with all that is open of them.</summary>
/// <param name="Contacts">Each of them.</param>
/// <param name="Enrollments">Their enrolments that have not ended, in whatever sequence.</param>
public sealed record Held(IReadOnlyDictionary<long, ContactStatusRow> Contacts, IReadOnlyList<EnrollmentRow> Enrollments)
{
    private readonly Lazy<ILookup<long, EnrollmentRow>> byContact = new(() => Enrollments.ToLookup(e => e.ContactId));

    /// <summary>A contact's enrolment in a sequence; null when it is not in it.</summary>
    public EnrollmentRow? In(long sequenceId, long contactId) => Of(contactId).SingleOrDefault(e => e.SequenceId == sequenceId);

    /// <summary>All enrolments of a contact that have not ended.</summary>
    public IEnumerable<EnrollmentRow> Of(long contactId) => byContact.Value[contactId];
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

    /// <summary>Locks those of contacts that have a row and that nobody else holds in this moment, and their enrolments; the others are left out.</summary>
    /// <param name="ids">At most <see cref="Size"/>, ascending, each once.</param>
    /// <param name="existing">Those of them of which something can be stored though nothing is yet: they are known to exist.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Held> LockFreeAsync(IReadOnlyCollection<long> ids, IReadOnlyCollection<long> existing, CancellationToken cancellationToken)
    {
        var free = await contacts.LockFreeAsync(ids, existing, cancellationToken);
        return new(free, free.Count == 0 ? [] : await enrollments.LockAsync([.. free.Keys.Order()], cancellationToken));
    }

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
        var (now, positions) = await SaveAsync(held, moves, contactMoves, act.Time, _ => act.Actor, cancellationToken);
        return (now, positions.GetValueOrDefault(act.Actor, ""));
    }

    /// <summary>The same, where several do something in the same moment, each to contacts of its own; all that one does is one change of the feed.</summary>
    /// <param name="held">The contacts as they were locked; those of all moves are among them.</param>
    /// <param name="moves">What became of enrolments.</param>
    /// <param name="contactMoves">What became of contacts: opted out, call status.</param>
    /// <param name="time">When, in whole microseconds.</param>
    /// <param name="actorOf">Who does it to a contact.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The contacts as they are now, and the positions in the feed of those who changed something.</returns>
    public async Task<(IReadOnlyDictionary<long, ContactStatusRow> Contacts, IReadOnlyDictionary<Actor, string> Positions)> SaveAsync(
        Held held, IReadOnlyList<EnrollmentMove> moves, IReadOnlyList<ContactMove> contactMoves, DateTime time, Func<long, Actor> actorOf, CancellationToken cancellationToken)
    {
        if (moves.Count == 0 && contactMoves.Count == 0)
        {
            return (held.Contacts, new Dictionary<Actor, string>());
        }
        var changed = EngagementWork.Follow(held, moves, contactMoves, time);
        var told = moves.Where(m => m.IsChange).ToList();
        await enrollments.PlaceAsync([.. moves.Where(m => !m.IsChange).Select(m => m.To)], cancellationToken);
        await enrollments.WriteAsync(told, actorOf, cancellationToken);
        await tasks.FollowAsync(told, time, cancellationToken);
        await contacts.WriteAsync(changed, time, actorOf, cancellationToken);
        await entries.AddAsync(moves, changed, time, cancellationToken);
        var byActor = (Told: told.ToLookup(m => actorOf(m.To.ContactId)), Changed: changed.ToLookup(m => actorOf(m.To.ContactId)));
        var rows = new Dictionary<Actor, OutboxRow>();
        foreach (var actor in byActor.Told.Select(g => g.Key).Union(byActor.Changed.Select(g => g.Key)))
        {
            rows.Add(actor, ChangesProto.StatusesChanged(db.AccountId, new(actor, time), byActor.Told[actor], [.. byActor.Changed[actor]]));
        }
        if (rows.Count > 0)
        {
            db.Outbox.AddRange(rows.Values);
            await db.SaveChangesAsync(cancellationToken);
        }
        var now = new Dictionary<long, ContactStatusRow>(held.Contacts);
        foreach (var move in changed)
        {
            now[move.To.ContactId] = move.To;
        }
        return (now, rows.ToDictionary(r => r.Key, r => r.Value.Position));
    }
}
