using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.Extensions.Configuration;
using StackExchange.Redis;

namespace ContactPlatform.ServiceDefaults.Locks;

/// <summary>
/// The connection to Redis (server or Garnet): leases and wake-ups, nothing else. Every call is answered or given up
/// within 2 s, whatever state the server is in. `Redis:KeyPrefix` keeps several platforms on one server apart.
/// </summary>
public sealed class RedisConnection(IConfiguration configuration, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private readonly Lock gate = new();
    private readonly string prefix = configuration["Redis:KeyPrefix"] ?? "";
    private readonly string address = configuration.GetConnectionString("redis")
        ?? throw new InvalidOperationException("ConnectionStrings:redis is not configured");
    private Task<ConnectionMultiplexer>? connecting;

    /// <summary>The name under which a key of ours stands on the server.</summary>
    public RedisKey Key(LockKey key) => prefix + key.Key;

    /// <summary>The name under which those who wait for a key leave word.</summary>
    public RedisKey Wanted(LockKey key) => $"{prefix}wanted:{key.Key}";

    /// <summary>Calls Redis; a server that is away or silent becomes LOCKS_UNAVAILABLE.</summary>
    public async Task<T> CallAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken)
    {
        // One limit over connecting and calling.
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var connection = await ConnectAsync().WaitAsync(either.Token);
            return await call(connection.GetDatabase()).WaitAsync(either.Token);
        }
        catch (Exception e) when (e is RedisException or TimeoutException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new RefusalException(FaultTable.Locks(), e);
        }
    }

    /// <summary>Sends a wake-up; who misses it finds out by polling, so a server that is away does no harm.</summary>
    public Task PublishAsync(string channel, CancellationToken cancellationToken) =>
        CallAsync(db => db.PublishAsync(Channel(channel), ""), cancellationToken);

    /// <summary>Calls back at every wake-up of a channel until the process ends. Survives reconnects.</summary>
    public Task SubscribeAsync(string channel, Action wake, CancellationToken cancellationToken) => CallAsync(async db =>
    {
        await db.Multiplexer.GetSubscriber().SubscribeAsync(Channel(channel), (_, _) => wake());
        return true;
    }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (connecting is { IsCompletedSuccessfully: true })
        {
            var connection = await connecting;
            await connection.CloseAsync(allowCommandsToComplete: false);
            connection.Dispose();
        }
    }

    private RedisChannel Channel(string name) => new(prefix + name, RedisChannel.PatternMode.Literal);

    /// <summary>One connection for all callers, begun by the first; who gives up waiting does not end it for the others.</summary>
    private Task<ConnectionMultiplexer> ConnectAsync()
    {
        lock (gate)
        {
            if (connecting is null or { IsFaulted: true })
            {
                var options = ConfigurationOptions.Parse(address);
                // The multiplexer reconnects by itself for ever; only calls fail meanwhile.
                options.AbortOnConnectFail = false;
                options.ConnectTimeout = 2000;
                options.SyncTimeout = 2000;
                options.KeepAlive = 5;
                connecting = ConnectionMultiplexer.ConnectAsync(options);
            }
            return connecting;
        }
    }
}
