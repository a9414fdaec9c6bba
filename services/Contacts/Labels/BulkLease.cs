using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Locks;

namespace ContactPlatform.Contacts.Labels;

/// <summary>Keeps bulk changes of a label apart from each other and from a label rule that reads its members.</summary>
public sealed class BulkLease(LockLeases locks)
{
    /// <summary>Does the work while the labels' leases are held, taken by ascending id so that nobody waits in a circle.</summary>
    /// <exception cref="RefusalException">LOCK_BUSY; LOCKS_UNAVAILABLE, also when a lease is lost on the way: then nothing was done.</exception>
    public async Task<T> HoldingAsync<T>(long accountId, IReadOnlyList<long> labelIds, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var leases = new List<LockLease>();
        try
        {
            foreach (var labelId in labelIds.Order())
            {
                leases.Add(await locks.TakeAsync(LockKey.Label(accountId, labelId), cancellationToken));
            }
            using var both = CancellationTokenSource.CreateLinkedTokenSource([cancellationToken, .. leases.Select(l => l.Lost)]);
            try
            {
                return await work(both.Token);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested && both.IsCancellationRequested)
            {
                throw new RefusalException(FaultTable.Locks(), e);
            }
        }
        finally
        {
            foreach (var lease in leases)
            {
                await lease.DisposeAsync();
            }
        }
    }
}
