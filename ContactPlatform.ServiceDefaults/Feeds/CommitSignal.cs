using System.Data.Common;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.ServiceDefaults.Locks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.ServiceDefaults.Feeds;

/// <summary>
/// Wakes the readers of this service's change feed after a commit that tells something: those in this process at once, those in
/// other replicas through Redis. A lost wake-up costs the readers' slow poll, nothing else.
/// </summary>
public sealed partial class CommitSignal(RedisConnection redis, ServiceName service, TimeProvider time, ILogger<CommitSignal> logger) : DbTransactionInterceptor, ISaveChangesInterceptor, IHostedService, IDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource stop = new();
    private TaskCompletionSource woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource committed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task publishing = Task.CompletedTask;

    private string Channel => $"changes:{service.Value}";

    /// <summary>Completes at the next commit of any replica that tells something. Take it before reading, await it after finding nothing.</summary>
    public Task Next => Volatile.Read(ref woken).Task;

    /// <inheritdoc/>
    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Committed(eventData.Context);

    /// <inheritdoc/>
    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Committed(eventData.Context);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is PlatformDbContext db)
        {
            db.IsTelling |= IsTelling(db.ChangeTracker);
        }
        return ValueTask.FromResult(result);
    }

    /// <summary>A single statement is saved without an explicit transaction, so no commit is seen for it.</summary>
    public ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context?.Database.CurrentTransaction is null)
        {
            Committed(eventData.Context);
        }
        return ValueTask.FromResult(result);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        publishing = Task.Run(PublishAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stop.CancelAsync();
        await publishing;
    }

    /// <inheritdoc/>
    public void Dispose() => stop.Dispose();

    /// <summary>Says that something was told past EF: by a hand-written statement that was its own transaction.</summary>
    public void Raise()
    {
        Wake();
        Volatile.Read(ref committed).TrySetResult();
    }

    /// <summary>Rows of the outbox are always added, so they are found without comparing everything that is tracked with what it was.</summary>
    private static bool IsTelling(ChangeTracker tracker)
    {
        var detects = tracker.AutoDetectChangesEnabled;
        tracker.AutoDetectChangesEnabled = false;
        try
        {
            return tracker.Entries<OutboxRow>().Any(e => e.State == EntityState.Added);
        }
        finally
        {
            tracker.AutoDetectChangesEnabled = detects;
        }
    }

    private void Committed(DbContext? context)
    {
        if (context is PlatformDbContext { IsTelling: true } db)
        {
            db.IsTelling = false;
            Raise();
        }
    }

    private void Wake() => Interlocked.Exchange(ref woken, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Publishes once for all commits since the last time, so that a busy service does not flood Redis.</summary>
    private async Task PublishAsync()
    {
        var subscribed = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (!subscribed)
                {
                    await redis.SubscribeAsync(Channel, Wake, stop.Token);
                    subscribed = true;
                }
                await Volatile.Read(ref committed).Task.WaitAsync(stop.Token);
                Interlocked.Exchange(ref committed, new(TaskCreationOptions.RunContinuationsAsynchronously));
                await redis.PublishAsync(Channel, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (RefusalException e)
            {
                LogSilent(e);
                await Task.Delay(Again, time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Wake-ups are not sent; readers of the change feed poll meanwhile")]
    private partial void LogSilent(Exception exception);
}
