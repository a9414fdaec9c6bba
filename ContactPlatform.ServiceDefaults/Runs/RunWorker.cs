using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.ServiceDefaults.Locks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.ServiceDefaults.Runs;

/// <summary>
/// Takes up what is queued, and what a dead worker left. Any number of replicas run this loop; a lease keeps two of them
/// off the same run, and the run's epoch keeps it right when the lease does not.
/// </summary>
public sealed partial class RunWorker(IServiceScopeFactory scopes, IEnumerable<IRunExecutor> executors, LockLeases locks, RunSignal signal, ServiceName service, TimeProvider time, ILogger<RunWorker> logger) : BackgroundService
{
    /// <summary>Runs that one replica works on at a time.</summary>
    private const int Parallel = 3;

    /// <summary>Runs looked at in one go: more than can be worked on, since those in front may be in other hands or wait for a lock.</summary>
    private const int Considered = 64;

    // With the lease's 2 s, a dead worker's run is in other hands within 3 s.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(0.5);
    private readonly SemaphoreSlim slots = new(Parallel);

    /// <inheritdoc/>
    public override void Dispose()
    {
        slots.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var working = new Dictionary<long, Task>();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var (id, _) in working.Where(w => w.Value.IsCompleted).ToList())
                {
                    working.Remove(id);
                }
                foreach (var (account, id, kind) in await CandidatesAsync([.. working.Keys], stoppingToken))
                {
                    working[id] = WorkAsync(account, id, kind, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (FaultTable.Find(e) is not null)
            {
                LogWaiting(e);
            }
            catch (Exception e)
            {
                // Said, and looked at again: a worker that gave up would leave every run to the other replicas for good.
                LogStuck(e);
            }
            await signal.WaitAsync(Poll, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await Task.WhenAll(working.Values);
    }

    private async Task<List<(long Account, long Id, string Kind)>> CandidatesAsync(List<long> except, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        var kinds = executors.Select(e => e.Kind).ToList();
        var found = await db.Runs.IgnoreQueryFilters()
            .Where(r => (r.State == RunState.Queued || r.State == RunState.Running) && kinds.Contains(r.Kind) && !except.Contains(r.RunId))
            .OrderBy(r => r.State == RunState.Running ? 0 : 1).ThenBy(r => r.RunId)
            .Select(r => new { r.AccountId, r.RunId, r.Kind }).Take(Considered - except.Count).ToListAsync(cancellationToken);
        return [.. found.Select(f => (f.AccountId, f.RunId, f.Kind))];
    }

    private async Task WorkAsync(long account, long id, string kind, CancellationToken stoppingToken)
    {
        await slots.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        if (stoppingToken.IsCancellationRequested)
        {
            return;
        }
        var worked = false;
        try
        {
            await using var lease = await locks.TryTakeAsync(LockKey.Run(service.Value, id), stoppingToken);
            if (lease is null)
            {
                return;
            }
            var exclusive = executors.Single(e => e.Kind == kind).Exclusive(account);
            await using var only = exclusive is null ? null : await locks.TryTakeAsync(exclusive, stoppingToken);
            if (exclusive is not null && only is null)
            {
                await SayWaitingAsync(account, id, stoppingToken);
                return;
            }
            using var both = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lease.Lost, only?.Lost ?? CancellationToken.None);
            worked = true;
            await TakeUpAsync(account, id, both.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopping, or the lease is lost: the run stays as committed, and whoever holds the lease next goes on.
        }
        catch (Exception e) when (FaultTable.Find(e) is not null)
        {
            LogWaiting(e);
        }
        catch (Exception e)
        {
            LogStuck(e);
        }
        finally
        {
            slots.Release();
            if (worked)
            {
                // Another run may have waited for this one's locks.
                signal.Raise();
            }
        }
    }

    private async Task SayWaitingAsync(long account, long id, CancellationToken cancellationToken)
    {
        const string Waiting = "waits for another run of the account";
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = account;
        await scope.ServiceProvider.GetRequiredService<PlatformDbContext>().Runs
            .Where(r => r.RunId == id && r.State == RunState.Queued && r.Message != Waiting)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Message, Waiting), cancellationToken);
    }

    private async Task TakeUpAsync(long account, long id, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = account;
        var left = await scope.ServiceProvider.GetRequiredService<RunAttempt>().MakeAsync(id, cancellationToken);
        if (left == RunState.Queued)
        {
            // Held with the lease, so that no other replica spins on what only waiting mends.
            await Task.Delay(Poll / 2, time, cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Runs could not be looked for, taken up or left; trying again")]
    private partial void LogStuck(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Bulk work waits")]
    private partial void LogWaiting(Exception exception);
}
