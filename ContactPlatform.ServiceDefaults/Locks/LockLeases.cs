using System.Diagnostics;
using System.Security.Cryptography;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Telemetry;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace ContactPlatform.ServiceDefaults.Locks;

/// <summary>
/// Takes short leases in Redis, so that two workers do not waste effort on the same thing. Nothing is right only because
/// a lease says so: what must hold is checked by the database.
/// </summary>
public sealed class LockLeases(RedisConnection redis, TimeProvider time, ILogger<LockLeases> logger)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Takes a lease, waiting as long as the key says; null when it stays busy.</summary>
    /// <exception cref="RefusalException">LOCKS_UNAVAILABLE: Redis is away.</exception>
    public async Task<LockLease?> TryTakeAsync(LockKey key, CancellationToken cancellationToken)
    {
        using var activity = PlatformTelemetry.Source.StartActivity("redis: take lease", ActivityKind.Client);
        activity?.SetTag("db.system.name", "redis").SetTag("contactplatform.lock", key.Key);
        var token = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var started = time.GetTimestamp();
        var marked = false;
        while (true)
        {
            // The lease is counted from before the call: a slow answer must not make it look longer than it is.
            var asked = time.GetTimestamp();
            if (await redis.CallAsync(db => db.StringSetAsync(redis.Key(key), token, key.Lease, When.NotExists), cancellationToken))
            {
                PlatformTelemetry.LockWait.Record(time.GetElapsedTime(started).TotalSeconds);
                activity?.SetTag("contactplatform.lock.taken", true);
                return new LockLease(key, token, asked, redis, time, logger);
            }
            if (time.GetElapsedTime(started) >= key.Wait)
            {
                activity?.SetTag("contactplatform.lock.taken", false);
                return null;
            }
            if (!marked)
            {
                await redis.CallAsync(db => db.StringSetAsync(redis.Wanted(key), "", key.Wait), cancellationToken);
                marked = true;
            }
            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    /// <summary>True when somebody has begun to wait for one of these leases within as long as its key lets them wait.</summary>
    /// <exception cref="RefusalException">LOCKS_UNAVAILABLE: Redis is away.</exception>
    public async Task<bool> AreWantedAsync(IEnumerable<LockKey> keys, CancellationToken cancellationToken) =>
        // One by one, and sent together: the oldest client that a registry may have cannot ask for several.
        (await redis.CallAsync(db => Task.WhenAll(keys.Select(k => db.KeyExistsAsync(redis.Wanted(k)))), cancellationToken)).Contains(true);

    /// <summary>Takes a lease or refuses.</summary>
    /// <exception cref="RefusalException">LOCK_BUSY after the key's wait; LOCKS_UNAVAILABLE: Redis is away.</exception>
    public async Task<LockLease> TakeAsync(LockKey key, CancellationToken cancellationToken) =>
        await TryTakeAsync(key, cancellationToken)
        ?? throw new RefusalException(new Refusal(CommonReasons.LockBusy, "a bulk operation is at work on this; try again") { RetryAfter = TimeSpan.FromSeconds(2) }.With("lock", key.Key));
}
