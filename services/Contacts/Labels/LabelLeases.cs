using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Locks;

namespace ContactPlatform.Contacts.Labels;

/// <summary>
/// The leases of the labels that a run changes, batch after batch, so that a label rule that reads a label's members and
/// the run keep apart. What must hold is held by the foreign key and the rule's snapshot.
/// </summary>
/// <param name="locks">Where leases come from.</param>
/// <param name="time">The clock.</param>
public sealed class LabelLeases(LockLeases locks, TimeProvider time) : IAsyncDisposable
{
    /// <summary>
    /// Leases are kept from batch to batch for less than others wait for them. If somebody waits then, they are let go for
    /// long enough that it gets its turn.
    /// </summary>
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(75);

    private readonly SortedDictionary<long, LockLease> held = [];
    private long heldSince;

    /// <summary>Holds the leases of labels, at least until the batch is committed.</summary>
    /// <exception cref="RefusalException">LOCK_BUSY, LOCKS_UNAVAILABLE: the run waits in its queue.</exception>
    public async Task HoldAsync(long account, IReadOnlyCollection<long> labels, CancellationToken cancellationToken)
    {
        if (held.Count > 0 && time.GetElapsedTime(heldSince) > Hold)
        {
            if (await locks.AreWantedAsync(held.Keys.Select(l => LockKey.LabelInRun(account, l)), cancellationToken))
            {
                await ReleaseAsync();
                await Task.Delay(Gap, time, cancellationToken);
            }
            heldSince = time.GetTimestamp();
        }
        var missing = labels.Where(l => !held.ContainsKey(l)).Order().ToList();
        // All are taken in the order of their ids, by everybody: who asks for a lower one lets the higher ones go first.
        if (missing.Count > 0 && held.Count > 0 && missing[0] < held.Keys.Last())
        {
            missing = [.. missing.Union(held.Keys).Order()];
            await ReleaseAsync();
        }
        heldSince = held.Count == 0 ? time.GetTimestamp() : heldSince;
        foreach (var label in missing)
        {
            held.Add(label, await locks.TakeAsync(LockKey.LabelInRun(account, label), cancellationToken));
        }
    }

    /// <summary>Refuses to commit under a lease that was lost.</summary>
    /// <exception cref="RefusalException">LOCKS_UNAVAILABLE.</exception>
    public void ThrowIfLost()
    {
        if (held.Values.Any(l => l.Lost.IsCancellationRequested))
        {
            throw new RefusalException(FaultTable.Locks());
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await ReleaseAsync();

    private async Task ReleaseAsync()
    {
        foreach (var lease in held.Values)
        {
            await lease.DisposeAsync();
        }
        held.Clear();
    }
}
