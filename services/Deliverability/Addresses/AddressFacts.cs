using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Addresses;

/// <summary>One fact of one address.</summary>
/// <param name="AddressId">The address, as <see cref="AddressStore"/> gives it.</param>
/// <param name="Kind">What happened; every kind but <see cref="FactKind.FirstDelivered"/>.</param>
/// <param name="Time">When, UTC. Cut to whole microseconds when it is folded.</param>
public readonly record struct AddressFact(long AddressId, FactKind Kind, DateTime Time);

/// <summary>A fact that turned out to be none.</summary>
/// <param name="AddressId">The address.</param>
/// <param name="Kind">What did not happen.</param>
/// <param name="Time">When it did not.</param>
/// <param name="Earlier">When it happened last before that; null for never.</param>
public readonly record struct AddressFactWithdrawal(long AddressId, FactKind Kind, DateTime Time, DateTime? Earlier);

/// <summary>All facts of an address: of each kind the one time that counts, UTC, or null. Never changed once made.</summary>
public sealed class AddressFacts
{
    /// <summary>The column of each kind in `addresses`, in the order of their numbers, from 1.</summary>
    public static readonly IReadOnlyList<string> Columns =
    [
        "complaint_time", "not_spam_time", "unsubscribed_time", "resubscribed_time", "contact_unsubscribed_time", "contact_resubscribed_time",
        "suppressed_time", "suppression_removed_time", "does_not_exist_time", "does_not_exist_cleared_time", "mailbox_full_time", "unavailable_time",
        "delivered_time", "last_sent_time", "last_opened_time", "last_clicked_time", "machine_opened_time", "machine_clicked_time", "first_delivered_time",
    ];

    /// <summary>Nothing is known.</summary>
    public static readonly AddressFacts None = new(new DateTime?[Columns.Count]);

    private readonly DateTime?[] times;

    private AddressFacts(DateTime?[] times) => this.times = times;

    /// <summary>The time of a kind; null when it never happened.</summary>
    public DateTime? this[FactKind kind] => times[(int)kind - 1];

    /// <summary>Takes times over as they are stored, in the order of <see cref="Columns"/>; nobody changes them any more.</summary>
    public static AddressFacts Of(DateTime?[] stored) => new(stored);

    /// <summary>The facts with one more. The same whatever the order in which facts are added, and however often.</summary>
    public AddressFacts With(FactKind kind, DateTime time)
    {
        var at = Clock.Truncate(time);
        var after = (DateTime?[])times.Clone();
        Raise(kind);
        if (kind == FactKind.Delivered && !(after[(int)FactKind.FirstDelivered - 1] <= at))
        {
            after[(int)FactKind.FirstDelivered - 1] = at;
        }
        return new(after);

        void Raise(FactKind k) => after[(int)k - 1] = after[(int)k - 1] > at ? after[(int)k - 1] : at;
    }

    /// <summary>The facts without one whose time counts; the same when another time counts.</summary>
    public AddressFacts Without(FactKind kind, DateTime time, DateTime? earlier)
    {
        if (this[kind] != Clock.Truncate(time))
        {
            return this;
        }
        var after = (DateTime?[])times.Clone();
        after[(int)kind - 1] = earlier;
        return new(after);
    }

    /// <summary>True when a fact happened later than what clears it; at the same moment it is cleared.</summary>
    public bool Holds(FactKind fact, FactKind clearedBy) => this[fact] is { } time && !(this[clearedBy] >= time);

    /// <summary>True when both say the same of every kind.</summary>
    public bool SameAs(AddressFacts other) => times.AsSpan().SequenceEqual(other.times);
}
