using System.Diagnostics;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Runs;
using ContactPlatform.ServiceDefaults.Telemetry;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.ServiceDefaults.Feeds;

/// <summary>What a followed change carries, whatever service it comes from.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="AccountId">Its account.</param>
/// <param name="ChangeTime">When it happened.</param>
/// <param name="Body">The change.</param>
public sealed record FeedChange<T>(string Position, long AccountId, DateTime ChangeTime, T Body);

/// <summary>
/// Follows another service's changes: applies each in one transaction of this service's database together with the
/// position, so that every change has its effect exactly once, however often it is delivered.
/// </summary>
/// <param name="source">Name of the service followed.</param>
/// <param name="services">Where the follower's parts come from.</param>
public abstract partial class FeedConsumer<T>(string source, IServiceProvider services) : BackgroundService
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    /// <summary>How long to follow without a lease before asking for one again.</summary>
    private static readonly TimeSpan Unleased = TimeSpan.FromSeconds(10);

    private string standing = "";
    private readonly TimeProvider time = services.GetRequiredService<TimeProvider>();
    private readonly RightOfWay rightOfWay = services.GetRequiredService<RightOfWay>();
    private readonly LockLeases locks = services.GetRequiredService<LockLeases>();
    private readonly IServiceScopeFactory scopes = services.GetRequiredService<IServiceScopeFactory>();
    private readonly string consumer = services.GetRequiredService<ServiceName>().Value;
    private readonly ILogger logger = services.GetRequiredService<ILoggerFactory>().CreateLogger($"ContactPlatform.Feeds.{source}");

    /// <summary>Opens the stream of changes after a position.</summary>
    protected abstract Task<AsyncServerStreamingCall<T>> OpenAsync(string afterPosition, CancellationToken cancellationToken);

    /// <summary>Reads what every change carries.</summary>
    protected abstract FeedChange<T> Read(T message);

    /// <summary>How much is applied in one transaction, in the measure of <see cref="Size"/>. Nobody waits for it to fill: it takes what has arrived.</summary>
    protected virtual int Room => 1;

    /// <summary>How much of the room a change takes; at least 1.</summary>
    protected virtual int Size(T message) => 1;

    /// <summary>Asks others for what applying these changes needs: before the transaction, since nothing in it may wait for anything but the database.</summary>
    protected virtual Task PrepareAsync(IReadOnlyList<FeedChange<T>> changes, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Applies changes, in their order, within the transaction that is open on the context; only with room for several are there several.</summary>
    protected virtual Task ApplyAsync(IServiceProvider scope, IReadOnlyList<FeedChange<T>> changes, CancellationToken cancellationToken)
    {
        var change = changes.Single();
        scope.GetRequiredService<CurrentAccount>().Id = change.AccountId;
        return ApplyAsync(scope, change, cancellationToken);
    }

    /// <summary>Applies one change; the context's account is the change's.</summary>
    protected virtual Task ApplyAsync(IServiceProvider scope, FeedChange<T> change, CancellationToken cancellationToken) =>
        throw new NotSupportedException("a follower with room for several changes applies them together");

    /// <summary>Told when following broke off, before it begins again.</summary>
    protected virtual void Interrupted(Exception exception)
    {
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowInTurnAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is OperationCanceledException or RpcException || FaultTable.Find(e) is not null)
            {
                // That the other service is away is nothing to read a stack for.
                var away = e is OperationCanceledException or RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled };
                LogInterrupted(source, e is RpcException rpc ? rpc.StatusCode.ToString() : e.GetType().Name, away ? null : e);
                Interrupted(e);
            }
            catch (Exception e)
            {
                // A change that cannot be applied holds the feed: skipping it would lose it for good.
                LogStuck(source, e);
            }
            await Task.Delay(Again, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Follows while this replica holds the lease. While Redis is away all replicas follow: the position lets each
    /// change through once, so that costs effort and nothing else.
    /// </summary>
    private async Task FollowInTurnAsync(CancellationToken cancellationToken)
    {
        LockLease? lease;
        try
        {
            lease = await locks.TryTakeAsync(LockKey.Feed(consumer, source), cancellationToken);
        }
        catch (RefusalException)
        {
            using var turn = new CancellationTokenSource(Unleased, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, turn.Token);
            await FollowAsync(either.Token);
            return;
        }
        if (lease is not null)
        {
            await using var held = lease;
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
            await FollowAsync(both.Token);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var position = standing = await PositionAsync(cancellationToken);
        using var call = await OpenAsync(position, cancellationToken);
        await foreach (var messages in FeedBatches.ReadAsync(call.ResponseStream, Size, Room, StillThereAsync, time, cancellationToken))
        {
            // What is delivered again is passed over.
            var changes = messages.Select(Read).Where(c => string.CompareOrdinal(c.Position, position) > 0).ToList();
            if (changes.Count == 0)
            {
                continue;
            }
            var began = time.GetTimestamp();
            await PrepareAsync(changes, cancellationToken);
            await ApplyOnceAsync(position, changes, cancellationToken);
            position = standing = changes[^1].Position;
            foreach (var change in changes)
            {
                PlatformTelemetry.FeedLag.Record((time.GetUtcNow().UtcDateTime - change.ChangeTime).TotalSeconds, new KeyValuePair<string, object?>("source", source));
            }
            if (changes.Count > 1)
            {
                await rightOfWay.GiveWayAsync(began, cancellationToken);
            }
        }
    }

    /// <summary>Looks whether the position is still where this reader stands: a rebuilding can have moved it, even back.</summary>
    private async Task StillThereAsync()
    {
        if (await PositionAsync(CancellationToken.None) != standing)
        {
            throw new OperationCanceledException($"the position of {source} was moved");
        }
    }

    private async Task ApplyOnceAsync(string previous, List<FeedChange<T>> changes, CancellationToken cancellationToken)
    {
        using var activity = PlatformTelemetry.Source.StartActivity($"apply {source} change", ActivityKind.Consumer);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        // First, so that a second reader of the same changes waits here for the first to commit, and then moves nothing.
        if (!await FeedPositionRow.MoveAsync(db, source, previous, changes[^1].Position, now, cancellationToken))
        {
            throw new OperationCanceledException($"another reader of {source} is ahead");
        }
        await ApplyAsync(scope.ServiceProvider, changes, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<string> PositionAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PlatformDbContext>();
        await FeedPositionRow.EnsureAsync(db, source, time.GetUtcNow().UtcDateTime, cancellationToken);
        return await db.FeedPositions.Where(p => p.Source == source).Select(p => p.Position).SingleAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Following {Source} was interrupted ({Cause}); starting again where it was")]
    private partial void LogInterrupted(string source, string cause, Exception? exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Following {Source} is stuck at a change that cannot be applied")]
    private partial void LogStuck(string source, Exception exception);
}
