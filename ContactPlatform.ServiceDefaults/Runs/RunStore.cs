using System.Diagnostics;
using System.Runtime.CompilerServices;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Hosting;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.ServiceDefaults.Runs;

/// <summary>What every kind of run's endpoint does: queue, find, cancel, watch.</summary>
public sealed class RunStore(PlatformDbContext db, RunSignal signal, Stopping stopping, TimeProvider time)
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Makes a queued run; the caller adds it to the context and saves it with whatever else belongs to it.</summary>
    public RunRow New(long runId, string kind, long subjectId, Caller caller) => new()
    {
        AccountId = caller.AccountId,
        RunId = runId,
        Kind = kind,
        SubjectId = subjectId,
        CreateTime = time.GetUtcNow().UtcDateTime,
        ActorKind = (short)caller.Actor.Kind,
        ActorSubject = caller.Actor.Subject,
        ActorName = caller.Actor.DisplayName,
        TraceParent = Activity.Current?.Id ?? "",
    };

    /// <summary>Wakes the worker after a queued run was committed.</summary>
    public void Queued() => signal.Raise();

    /// <summary>Finds a run of the caller's account.</summary>
    /// <exception cref="RefusalException">RUN_NOT_FOUND, or the reason given.</exception>
    public async Task<RunRow> GetAsync(long runId, string kind, CancellationToken cancellationToken, Reason? missing = null) =>
        await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.RunId == runId && r.Kind == kind, cancellationToken)
        ?? throw new RefusalException(new Refusal(missing ?? CommonReasons.RunNotFound, $"there is no run {runId}").With("run_id", runId));

    /// <summary>Cancels: a queued run at once, a running one at its next chunk.</summary>
    /// <exception cref="RefusalException">RUN_NOT_FOUND, RUN_ENDED.</exception>
    public async Task<RunRow> CancelAsync(long runId, string kind, CancellationToken cancellationToken, Reason? missing = null)
    {
        var row = await GetAsync(runId, kind, cancellationToken, missing);
        var now = time.GetUtcNow().UtcDateTime;
        // Two statements, each conditional: a queued run that starts in between is caught by the second.
        await db.Runs.Where(r => r.RunId == runId && r.State == RunState.Queued)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.State, RunState.Cancelled).SetProperty(r => r.EndTime, now)
                .SetProperty(r => r.CancelRequested, true).SetProperty(r => r.Epoch, r => r.Epoch + 1), cancellationToken);
        await db.Runs.Where(r => r.RunId == runId && r.State == RunState.Running)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.CancelRequested, true), cancellationToken);
        row = await GetAsync(runId, kind, cancellationToken, missing);
        return row.Ended && row.State != RunState.Cancelled
            ? throw new RefusalException(new Refusal(CommonReasons.RunEnded, $"run {runId} has ended and can no longer be cancelled")
                .From(row.State.ToString().ToUpperInvariant(), "cancel", "QUEUED,RUNNING"))
            : row;
    }

    /// <summary>Returns a run as it proceeds: at once, then at each change, at most five times a second, until it has ended.</summary>
    /// <exception cref="RefusalException">RUN_NOT_FOUND or the reason given; SERVICE_UNAVAILABLE: this service stops.</exception>
    public async IAsyncEnumerable<RunRow> WatchAsync(long runId, string kind, Reason? missing, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RunRow? last = null;
        while (true)
        {
            var row = await GetAsync(runId, kind, cancellationToken, missing);
            if (last is null || (row.State, row.DoneCount, row.CursorId, row.TotalCount, row.Message, row.Epoch, row.CancelRequested) != (last.State, last.DoneCount, last.CursorId, last.TotalCount, last.Message, last.Epoch, last.CancelRequested))
            {
                yield return row;
                last = row;
            }
            if (row.Ended)
            {
                yield break;
            }
            await stopping.DelayAsync(WatchInterval, cancellationToken);
        }
    }
}
