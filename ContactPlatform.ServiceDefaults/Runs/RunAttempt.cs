using System.Diagnostics;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Telemetry;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.ServiceDefaults.Runs;

/// <summary>One attempt at a run, by a worker that holds its lease.</summary>
public sealed partial class RunAttempt(PlatformDbContext db, IEnumerable<IRunExecutor> executors, TimeProvider time, ILogger<RunAttempt> logger)
{
    private const int MaximumBrokenAttempts = 5;

    /// <summary>Takes the run up under a new epoch, lets its executor work, and leaves it.</summary>
    /// <returns>The state in which it was left; null when there was nothing to do or another worker has it.</returns>
    public async Task<RunState?> MakeAsync(long id, CancellationToken cancellationToken)
    {
        var row = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.RunId == id, cancellationToken);
        if (row is null || row.Ended)
        {
            return null;
        }
        var now = time.GetUtcNow().UtcDateTime;
        var taken = await db.Runs.Where(r => r.RunId == id && r.Epoch == row.Epoch && (r.State == RunState.Queued || r.State == RunState.Running))
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Epoch, row.Epoch + 1).SetProperty(r => r.State, RunState.Running)
                .SetProperty(r => r.StartTime, r => r.StartTime ?? now).SetProperty(r => r.Message, ""), cancellationToken);
        if (taken == 0)
        {
            return null;
        }
        // Read again: a worker that still lives may have committed a chunk after the first look, and from here on it cannot.
        var epoch = row.Epoch + 1;
        row = await db.Runs.AsNoTracking().SingleAsync(r => r.RunId == id, cancellationToken);
        if (row.Epoch != epoch)
        {
            return null;
        }
        ActivityContext.TryParse(row.TraceParent, null, out var parent);
        using var activity = PlatformTelemetry.Source.StartActivity($"run {row.Kind}", ActivityKind.Consumer, parent);
        activity?.SetTag("contactplatform.run_id", id).SetTag("contactplatform.epoch", row.Epoch);
        LogTakenUp(row.Kind, id, row.Epoch);
        var outcome = await WorkAsync(row, cancellationToken);
        if (outcome.State is { } state)
        {
            await LeaveAsync(row, outcome, state, cancellationToken);
        }
        return outcome.State;
    }

    /// <summary>Lets the executor work, and says in which state that leaves the run.</summary>
    private async Task<Outcome> WorkAsync(RunRow row, CancellationToken cancellationToken)
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

    private async Task LeaveAsync(RunRow row, Outcome outcome, RunState state, CancellationToken cancellationToken)
    {
        DateTime? end = state >= RunState.Succeeded ? time.GetUtcNow().UtcDateTime : null;
        var message = outcome.Message.Length <= 500 ? outcome.Message : outcome.Message[..500];
        await db.Runs.Where(r => r.RunId == row.RunId && r.Epoch == row.Epoch)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.State, state).SetProperty(r => r.EndTime, end)
                .SetProperty(r => r.FailureReason, outcome.Reason).SetProperty(r => r.Message, message)
                .SetProperty(r => r.BrokenAttempts, outcome.BrokenAttempts), cancellationToken);
        PlatformTelemetry.RunsEnded.Add(state >= RunState.Succeeded ? 1 : 0, new("kind", row.Kind), new("state", state.ToString()));
        LogLeft(row.Kind, row.RunId, state);
    }

    private sealed record Outcome(RunState? State, string Reason = "", string Message = "", int BrokenAttempts = 0);

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {Kind} {RunId} taken up at epoch {Epoch}")]
    private partial void LogTakenUp(string kind, long runId, long epoch);

    [LoggerMessage(Level = LogLevel.Information, Message = "Run {Kind} {RunId} is now {State}")]
    private partial void LogLeft(string kind, long runId, RunState state);

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {Kind} {RunId} broke")]
    private partial void LogBroke(string kind, long runId, Exception exception);
}
