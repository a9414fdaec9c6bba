using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.Extensions.Configuration;
using StackExchange.Redis;

namespace ContactPlatform.ServiceDefaults.Locks;

/// <summary>
/// The connection to Redis (server or Garnet): leases and wake-ups, nothing else. Every call is answered or given up
/// within 2 s, whatever state the server is in.
/// </summary>
public sealed class RedisConnection(IConfiguration configuration, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim gate = new(1, 1);
    private ConnectionMultiplexer? multiplexer;

    /// <summary>Calls Redis; a server that is away or silent becomes LOCKS_UNAVAILABLE.</summary>
    public async Task<T> CallAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await ConnectAsync(cancellationToken);
            return await call(connection.GetDatabase()).WaitAsync(Limit, time, cancellationToken);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new RefusalException(FaultTable.Locks(), e);
        }
    }

    /// <summary>Sends a wake-up; who misses it finds out by polling, so a server that is away does no harm.</summary>
    public Task PublishAsync(string channel, CancellationToken cancellationToken) =>
        CallAsync(db => db.PublishAsync(Channel(channel), ""), cancellationToken);

    /// <summary>Calls back at every wake-up of a channel until the process ends. Survives reconnects.</summary>
    public async Task SubscribeAsync(string channel, Action wake, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await ConnectAsync(cancellationToken);
            await connection.GetSubscriber().SubscribeAsync(Channel(channel), (_, _) => wake()).WaitAsync(Limit, time, cancellationToken);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            throw new RefusalException(FaultTable.Locks(), e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        gate.Dispose();
        if (multiplexer is { } connection)
        {
            await connection.CloseAsync(allowCommandsToComplete: false);
            connection.Dispose();
        }
    }

    private static RedisChannel Channel(string name) => new(name, RedisChannel.PatternMode.Literal);

    private async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        if (multiplexer is { } connected)
        {
            return connected;
        }
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (multiplexer is null)
            {
                var options = ConfigurationOptions.Parse(configuration.GetConnectionString("redis")
                    ?? throw new InvalidOperationException("ConnectionStrings:redis is not configured"));
                // The multiplexer reconnects by itself for ever; only calls fail meanwhile.
                options.AbortOnConnectFail = false;
                options.ConnectTimeout = 2000;
                options.SyncTimeout = 2000;
                options.KeepAlive = 5;
                multiplexer = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(Limit * 2, time, cancellationToken);
            }
            return multiplexer;
        }
        finally
        {
            gate.Release();
        }
    }
}
