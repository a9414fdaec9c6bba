using System.Diagnostics;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Telemetry;
using Grpc.Core;
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

    private const int MaximumBrokenAttempts = 5;
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
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        var row = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.RunId == id, cancellationToken);
        if (row is null || row.Ended)
        {
            return;
        }
        var now = time.GetUtcNow().UtcDateTime;
        var taken = await db.Runs.Where(r => r.RunId == id && r.Epoch == row.Epoch && (r.State == RunState.Queued || r.State == RunState.Running))
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Epoch, row.Epoch + 1).SetProperty(r => r.State, RunState.Running)
                .SetProperty(r => r.StartTime, r => r.StartTime ?? now).SetProperty(r => r.Message, ""), cancellationToken);
        if (taken == 0)
        {
            return;
        }
        row.Epoch++;
        ActivityContext.TryParse(row.TraceParent, null, out var parent);
        using var activity = PlatformTelemetry.Source.StartActivity($"run {row.Kind}", ActivityKind.Consumer, parent);
        activity?.SetTag("contactplatform.run_id", id).SetTag("contactplatform.epoch", row.Epoch);
        LogTakenUp(row.Kind, id, row.Epoch);
        await EndAsync(db, row, await AttemptAsync(db, row, cancellationToken), cancellationToken);
    }

    /// <summary>Lets the executor work, and says in which state that leaves the run.</summary>
    private async Task<Outcome> AttemptAsync(PlatformDbContext db, RunRow row, CancellationToken cancellationToken)
    {
        if (row.CancelRequested)
        {
            return new(RunState.Cancelled);
        }
        try
        {
            await executors.Single(e => e.Kind == row.Kind).ExecuteAsync(new RunWork(row, time), cancellationToken);
            return new(RunState.Succeeded);
        }
        catch (RunLostException)
        {
            return new(null);
        }
        catch (RunCancelledException)
        {
            return new(RunState.Cancelled);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested)
        {
            // Whatever broke because the worker has to stop: a call to another service, for one, ends with an RpcException.
            throw new OperationCanceledException("the worker has to stop", e, cancellationToken);
        }
        catch (Exception e)
        {
            if (FaultTable.Find(e) is { } refusal)
            {
                // What passes by itself is waited for, however long it takes; anything else is the end.
                return refusal.Reason.Code is StatusCode.Unavailable or StatusCode.Aborted
                    ? new(RunState.Queued, "", refusal.Message)
                    : new(RunState.Failed, refusal.Reason.Name, refusal.Message);
            }
            LogBroke(row.Kind, row.RunId, e);
            // Read again: a chunk that this attempt committed has set it back.
            var broken = 1 + await db.Runs.Where(r => r.RunId == row.RunId).Select(r => r.BrokenAttempts).SingleAsync(cancellationToken);
            return broken < MaximumBrokenAttempts
                ? new(RunState.Queued, "", "an attempt broke; trying again", broken)
                : new(RunState.Failed, CommonReasons.Internal.Name, $"broke {MaximumBrokenAttempts} times; trace {Activity.Current?.TraceId}", broken);
        }
    }

    private async Task EndAsync(PlatformDbContext db, RunRow row, Outcome outcome, CancellationToken cancellationToken)
    {
        if (outcome.State is not { } state)
        {
            return;
        }
        DateTime? end = state >= RunState.Succeeded ? time.GetUtcNow().UtcDateTime : null;
        var message = outcome.Message.Length <= 500 ? outcome.Message : outcome.Message[..500];
        await db.Runs.Where(r => r.RunId == row.RunId && r.Epoch == row.Epoch)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.State, state).SetProperty(r => r.EndTime, end)
                .SetProperty(r => r.FailureReason, outcome.Reason).SetProperty(r => r.Message, message)
                .SetProperty(r => r.BrokenAttempts, outcome.BrokenAttempts), cancellationToken);
        PlatformTelemetry.RunsEnded.Add(state >= RunState.Succeeded ? 1 : 0, new("kind", row.Kind), new("state", state.ToString()));
        LogLeft(row.Kind, row.RunId, state);
        if (state == RunState.Queued)
        {
            // Held with the lease, so that no other replica spins on what only waiting mends.
            await Task.Delay(Poll / 2, time, cancellationToken);
        }
    }

    private sealed record Outcome(RunState? State, string Reason = "", string Message = "", int BrokenAttempts = 0);

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {Kind} {RunId} taken up at epoch {Epoch}")]
    private partial void LogTakenUp(string kind, long runId, long epoch);

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {Kind} {RunId} is now {State}")]
    private partial void LogLeft(string kind, long runId, RunState state);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {Kind} {RunId} broke")]
    private partial void LogBroke(string kind, long runId, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Runs could not be looked for, taken up or left; trying again")]
    private partial void LogStuck(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Bulk work waits")]
    private partial void LogWaiting(Exception exception);
}
