using System.Text.Json;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Telemetry;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.ServiceDefaults.Runs;

/// <summary>Does one kind of run. Called again after a crash, with the run as it was last committed.</summary>
public interface IRunExecutor
{
    /// <summary>Kind of the runs that it does.</summary>
    string Kind { get; }

    /// <summary>Lock that one run of this kind holds while it works, so that the others of an account stay queued; null for none.</summary>
    LockKey? Exclusive(long accountId) => null;

    /// <summary>
    /// Works until everything is done. Each chunk is one transaction that ends with <see cref="RunWork.CheckpointAsync"/>.
    /// A RefusalException with a reason that passes (UNAVAILABLE) queues the run again; any other fails it.
    /// </summary>
    Task ExecuteAsync(RunWork work, CancellationToken cancellationToken);
}

/// <summary>A run in the hands of the worker that took it up, at that worker's epoch.</summary>
/// <param name="row">The run as it was taken up.</param>
/// <param name="time">The clock.</param>
public sealed class RunWork(RunRow row, TimeProvider time)
{
    /// <summary>The run. Executors change its counters, cursor, total and set time, and then checkpoint.</summary>
    public RunRow Row { get; } = row;

    /// <summary>Skipped items by reason.</summary>
    public SortedDictionary<string, long> Skipped { get; } = JsonSerializer.Deserialize<SortedDictionary<string, long>>(row.SkipCounts)!;

    /// <summary>Counts skipped items.</summary>
    public void Skip(string reason, long count) => Skipped[reason] = Skipped.GetValueOrDefault(reason) + count;

    /// <summary>
    /// Writes the run's progress in the transaction of the chunk. The database refuses it to a worker whose epoch is
    /// over, and the chunk with it.
    /// </summary>
    /// <exception cref="RunLostException">Somebody else has taken the run up.</exception>
    /// <exception cref="RunCancelledException">Somebody asked for cancellation.</exception>
    public async Task CheckpointAsync(PlatformDbContext db, CancellationToken cancellationToken)
    {
        var (id, epoch) = (Row.RunId, Row.Epoch);
        Row.SkipCounts = JsonSerializer.Serialize(Skipped);
        var written = await db.Runs.IgnoreQueryFilters()
            .Where(r => r.AccountId == Row.AccountId && r.RunId == id && r.Epoch == epoch && !r.CancelRequested)
            .ExecuteUpdateAsync(set => set
                .SetProperty(r => r.CursorId, Row.CursorId)
                .SetProperty(r => r.TotalCount, Row.TotalCount)
                .SetProperty(r => r.DoneCount, Row.DoneCount)
                .SetProperty(r => r.ChangedCount, Row.ChangedCount)
                .SetProperty(r => r.UnchangedCount, Row.UnchangedCount)
                .SetProperty(r => r.SkipCounts, Row.SkipCounts)
                .SetProperty(r => r.SetTime, Row.SetTime)
                .SetProperty(r => r.Message, "")
                .SetProperty(r => r.BrokenAttempts, 0), cancellationToken);
        if (written == 0)
        {
            var cancelled = await db.Runs.IgnoreQueryFilters().AnyAsync(r => r.RunId == id && r.Epoch == epoch && r.CancelRequested, cancellationToken);
            throw cancelled ? new RunCancelledException() : new RunLostException();
        }
        PlatformTelemetry.RunChunks.Add(1, new KeyValuePair<string, object?>("kind", Row.Kind));
    }

    /// <summary>Now, in UTC.</summary>
    public DateTime Now => time.GetUtcNow().UtcDateTime;
}

/// <summary>Another worker has taken the run up; this one writes nothing more.</summary>
public sealed class RunLostException() : Exception("the run was taken up by another worker");

/// <summary>The run is to be cancelled; the chunk at hand is rolled back.</summary>
public sealed class RunCancelledException() : Exception("the run is to be cancelled");
