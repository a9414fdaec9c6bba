using System.Collections.Concurrent;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Tests.Support;
using ContactPlatform.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace ContactPlatform.ServiceDefaults.Tests.Locks;

/// <summary>Leases on Garnet and, where it is installed, on redis-server.</summary>
public sealed class LockTests : IDisposable
{
    private static readonly LockKey _key = new("test", TimeSpan.FromSeconds(1.2), TimeSpan.Zero);
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));

    public static TheoryData<string> Kinds => [.. RedisServer.Kinds];

    private CancellationToken Token => _timeout.Token;

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_lease_is_held_by_one_until_given_back(string kind)
    {
        var (redis, prefix) = (await TestServers.RedisAsync(kind), ProbeFixture.NewPrefix());
        await using var one = new Replica(redis, prefix);
        await using var two = new Replica(redis, prefix);
        var key = _key with { Lease = TimeSpan.FromSeconds(3) };
        var lease = (await one.Locks.TryTakeAsync(key, Token)).ShouldNotBeNull();
        (await two.Locks.TryTakeAsync(_key, Token)).ShouldBeNull();
        var refused = (await Should.ThrowAsync<RefusalException>(() => two.Locks.TakeAsync(_key, Token))).Refusal;
        refused.Reason.ShouldBe(CommonReasons.LockBusy);
        refused.Metadata["lock"].ShouldBe("test");
        refused.RetryAfter.ShouldNotBeNull();
        // Renewed beyond its length.
        await Task.Delay(key.Lease * 1.5, TimeProvider.System, Token);
        (await two.Locks.TryTakeAsync(_key, Token)).ShouldBeNull();
        lease.Lost.IsCancellationRequested.ShouldBeFalse();

        // Who may wait gets it when it is given back, and the holder hears that it is wanted; of who does not wait it hears nothing.
        (await one.Locks.AreWantedAsync([_key], Token)).ShouldBeFalse();
        var waiting = two.Locks.TryTakeAsync(_key with { Wait = TimeSpan.FromSeconds(5) }, Token);
        await Eventually.ShouldBeAsync("the lease is wanted", () => one.Locks.AreWantedAsync([_key with { Key = "another" }, _key], Token), 3);
        await lease.DisposeAsync();
        await using var second = (await waiting).ShouldNotBeNull();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Only_the_holders_token_gives_a_lease_back_or_renews_it(string kind)
    {
        var (redis, prefix) = (await TestServers.RedisAsync(kind), ProbeFixture.NewPrefix());
        await using var one = new Replica(redis, prefix);
        var lease = await one.Locks.TakeAsync(_key, Token);
        await one.Redis.CallAsync(db => db.StringSetAsync(one.Redis.Key(_key), "another's"), Token);
        await Eventually.ShouldBeAsync("the lease is lost", () => lease.Lost.IsCancellationRequested, 3);
        await lease.DisposeAsync();
        ((string?)await one.Redis.CallAsync(db => db.StringGetAsync(one.Redis.Key(_key)), Token)).ShouldBe("another's");
        (await one.Redis.CallAsync(db => db.KeyTimeToLiveAsync(one.Redis.Key(_key)), Token)).ShouldBeNull();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_lease_is_lost_when_the_server_forgets_it(string kind)
    {
        await using var server = await RedisServer.StartAsync(Token, kind: kind);
        await using var one = new Replica(server.Port);
        await using var lease = await one.Locks.TakeAsync(_key, Token);
        using var admin = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString + ",allowAdmin=true");
        await admin.GetServer("127.0.0.1", server.Port).FlushAllDatabasesAsync();
        await Eventually.ShouldBeAsync("the lease is lost", () => lease.Lost.IsCancellationRequested, 3);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_lease_is_lost_when_the_server_is_silent_for_its_length_and_can_be_taken_afterwards(string kind)
    {
        await using var server = await RedisServer.StartAsync(Token, kind: kind);
        await using var one = new Replica(server.Port);
        var lease = await one.Locks.TakeAsync(_key, Token);
        server.Process.Suspend();
        try
        {
            await Eventually.ShouldBeAsync("the lease is lost", () => lease.Lost.IsCancellationRequested, 3);
            await ShouldBeUnavailableAsync(one);
        }
        finally
        {
            server.Process.Resume();
        }
        await lease.DisposeAsync();
        await ShouldRecoverAsync(one);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_killed_server_is_said_to_be_away_and_is_found_again(string kind)
    {
        await using var server = await RedisServer.StartAsync(Token, kind: kind);
        await using var one = new Replica(server.Port);
        var lease = await one.Locks.TakeAsync(_key, Token);
        await server.Process.KillAsync(Token);
        await Eventually.ShouldBeAsync("the lease is lost", () => lease.Lost.IsCancellationRequested, 3);
        await ShouldBeUnavailableAsync(one);
        await lease.DisposeAsync();
        await using var again = await RedisServer.StartAsync(Token, server.Port, kind);
        await ShouldRecoverAsync(one);
    }

    [Fact]
    public async Task A_server_that_is_away_at_the_start_is_said_within_2_s_to_all_who_ask_and_found_later()
    {
        var port = FreePort.Next();
        await using var one = new Replica(port);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => ShouldBeUnavailableAsync(one)));
        await using var server = await RedisServer.StartAsync(Token, port);
        await ShouldRecoverAsync(one);
    }

    [Fact]
    public async Task A_server_that_is_silent_at_the_start_is_said_within_2_s_and_found_later()
    {
        await using var server = await RedisServer.StartAsync(Token);
        server.Process.Suspend();
        await using var one = new Replica(server.Port);
        await ShouldBeUnavailableAsync(one);
        server.Process.Resume();
        await ShouldRecoverAsync(one);
    }

    [Fact]
    public void A_service_without_a_lock_server_configured_does_not_start() =>
        Should.Throw<InvalidOperationException>(() => new RedisConnection(new ConfigurationBuilder().Build(), TimeProvider.System))
            .Message.ShouldContain("ConnectionStrings:redis");

    [Theory, MemberData(nameof(Kinds))]
    public async Task Two_never_hold_a_lease_at_once(string kind)
    {
        var (redis, prefix) = (await TestServers.RedisAsync(kind), ProbeFixture.NewPrefix());
        await using var one = new Replica(redis, prefix);
        await using var two = new Replica(redis, prefix);
        var key = _key with { Lease = TimeSpan.FromSeconds(10), Wait = TimeSpan.FromSeconds(50) };
        var (holders, most, takes) = (0, 0, 0);
        var shares = new ConcurrentDictionary<Replica, int>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            var replica = i % 2 == 0 ? one : two;
            while (Interlocked.Increment(ref takes) <= 300)
            {
                await using var lease = await replica.Locks.TakeAsync(key, Token);
                most = Math.Max(most, Interlocked.Increment(ref holders));
                shares.AddOrUpdate(replica, 1, (_, n) => n + 1);
                await Task.Yield();
                Interlocked.Decrement(ref holders);
            }
        }));
        most.ShouldBe(1);
        shares.Values.Sum().ShouldBe(300);
        shares.Count.ShouldBe(2);
    }

    public void Dispose() => _timeout.Dispose();

    private async Task ShouldBeUnavailableAsync(Replica replica)
    {
        var started = TimeProvider.System.GetTimestamp();
        var refused = (await Should.ThrowAsync<RefusalException>(() => replica.Locks.TryTakeAsync(_key, Token))).Refusal;
        refused.Reason.ShouldBe(CommonReasons.LocksUnavailable);
        refused.RetryAfter.ShouldNotBeNull();
        // After 2 s; the client's own patience is 5 s.
        TimeProvider.System.GetElapsedTime(started).TotalSeconds.ShouldBeLessThan(4.8);
    }

    private Task ShouldRecoverAsync(Replica replica) => Eventually.ShouldBeAsync("the lease can be taken again", async () =>
    {
        try
        {
            await using var lease = await replica.Locks.TryTakeAsync(_key, Token);
            return lease is not null;
        }
        catch (RefusalException)
        {
            return false;
        }
    });

    private sealed class Replica : IAsyncDisposable
    {
        public Replica(int port)
            : this($"127.0.0.1:{port}", "p:")
        {
        }

        public Replica(string redis, string prefix)
        {
            var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:redis", redis), new("Redis:KeyPrefix", prefix)]).Build();
            Redis = new RedisConnection(configuration, TimeProvider.System);
            Locks = new LockLeases(Redis, TimeProvider.System, NullLogger<LockLeases>.Instance);
        }

        public RedisConnection Redis { get; }

        public LockLeases Locks { get; }

        public ValueTask DisposeAsync() => Redis.DisposeAsync();
    }
}
