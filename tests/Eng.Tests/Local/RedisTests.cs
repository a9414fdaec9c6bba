using ContactPlatform.Testing;
using StackExchange.Redis;

namespace ContactPlatform.Eng.Tests.Local;

public sealed class RedisTests : IDisposable
{
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(2));

    private CancellationToken Token => _timeout.Token;

    [Fact]
    public async Task A_lease_is_set_once_and_released_by_a_script_that_compares_its_token()
    {
        await using var server = await RedisServer.StartAsync(Token);
        using var redis = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var database = redis.GetDatabase();
        (await database.StringSetAsync("lease", "mine", TimeSpan.FromSeconds(30), When.NotExists)).ShouldBeTrue();
        (await database.StringSetAsync("lease", "theirs", TimeSpan.FromSeconds(30), When.NotExists)).ShouldBeFalse();
        const string Release = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";
        ((int)await database.ScriptEvaluateAsync(Release, ["lease"], ["theirs"])).ShouldBe(0);
        ((int)await database.ScriptEvaluateAsync(Release, ["lease"], ["mine"])).ShouldBe(1);
    }

    [Fact]
    public async Task A_killed_server_comes_back_empty_on_its_port()
    {
        int port;
        await using (var first = await RedisServer.StartAsync(Token))
        {
            port = first.Port;
            using var redis = await ConnectionMultiplexer.ConnectAsync(first.ConnectionString);
            await redis.GetDatabase().StringSetAsync("key", "value");
            await first.Process.KillAsync(Token);
        }

        await using var second = await RedisServer.StartAsync(Token, port);
        using var again = await ConnectionMultiplexer.ConnectAsync(second.ConnectionString);
        (await again.GetDatabase().StringGetAsync("key")).IsNull.ShouldBeTrue();
    }

    public void Dispose() => _timeout.Dispose();
}
