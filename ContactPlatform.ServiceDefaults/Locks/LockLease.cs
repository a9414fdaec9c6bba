using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace ContactPlatform.ServiceDefaults.Locks;

/// <summary>A lease that is held: renewed at a third of its length until disposed; <see cref="Lost"/> says when it is not.</summary>
public sealed partial class LockLease : IAsyncDisposable
{
    // Only the holder may renew or release: the token is compared and the key changed in one step on the server.
    private const string Renew = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) else return 0 end";
    private const string Release = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end";

    private readonly LockKey key;
    private readonly string token;
    private readonly RedisConnection redis;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Task renewing;

    internal LockLease(LockKey key, string token, long heldSince, RedisConnection redis, TimeProvider time, ILogger logger)
    {
        (this.key, this.token, this.redis, this.time, this.logger) = (key, token, redis, time, logger);
        renewing = RenewAsync(heldSince);
    }

    /// <summary>Cancelled when the lease could not be renewed in time: the holder must stop.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Gives the lease back. A Redis that is away gives it back by itself when the lease ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await renewing;
        try
        {
            await redis.CallAsync(db => db.ScriptEvaluateAsync(Release, [key.Key], [token]), CancellationToken.None);
        }
        catch (RefusalException e)
        {
            LogNotReleased(key.Key, e);
        }
        stop.Dispose();
        lost.Dispose();
    }

    private async Task RenewAsync(long renewed)
    {
        var third = key.Lease / 3;
        try
        {
            while (true)
            {
                await Task.Delay(third, time, stop.Token);
                var asked = time.GetTimestamp();
                try
                {
                    var left = key.Lease - time.GetElapsedTime(renewed);
                    using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
                    limit.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                    var answer = await redis.CallAsync(db => db.ScriptEvaluateAsync(Renew, [key.Key], [token, (long)key.Lease.TotalMilliseconds]), limit.Token);
                    if ((long)answer == 0)
                    {
                        break;
                    }
                    renewed = asked;
                    continue;
                }
                catch (Exception e) when (e is RefusalException or OperationCanceledException && !stop.IsCancellationRequested)
                {
                    LogNotRenewed(key.Key, e);
                }
                if (time.GetElapsedTime(renewed) >= key.Lease)
                {
                    break;
                }
            }
            LogLost(key.Key);
            await lost.CancelAsync();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Given back: there is nothing more to renew.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Key} was not renewed; trying again while it lasts")]
    private partial void LogNotRenewed(string key, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Key} is lost; its holder stops")]
    private partial void LogLost(string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Key} was not given back; it ends by itself")]
    private partial void LogNotReleased(string key, Exception exception);
}
