using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Tests.Support;
using ContactPlatform.ServiceDefaults.Tests.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ContactPlatform.ServiceDefaults.Tests.Feeds;

/// <summary>A source with its outbox, and replicas that follow it into a database of their own.</summary>
public sealed class FeedConsumerTests(OwnPostgres postgres) : IClassFixture<OwnPostgres>, IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));
    private readonly List<ProbeHost> _hosts = [];
    private ProbeHost _source = null!;
    private string _database = "";
    private int _streams;
    private int _repeats;

    private CancellationToken Token => _timeout.Token;

    public async Task InitializeAsync()
    {
        _source = await ProbeHost.StartAsync(await ProbeHost.CreateDatabaseAsync(postgres.Server, Token), await TestServers.RedisAsync(), ProbeFixture.NewPrefix(), Token);
        _source.Behaviours["follow"] = FollowAsync;
        _database = await ProbeHost.CreateDatabaseAsync(null, Token);
    }

    [Fact]
    public async Task Every_change_has_its_effect_once_over_cut_streams_repeats_and_restarts()
    {
        _repeats = 1;
        var redis = await TestServers.RedisAsync();
        var prefix = ProbeFixture.NewPrefix();
        await AddAsync(1, 40);
        var first = await FollowerAsync(redis, prefix);
        await Eventually.ShouldBeAsync("some are applied", async () => (await ItemsAsync()).Count >= 10);
        _hosts.Remove(first);
        await first.DisposeAsync();
        await AddAsync(41, 20);
        await FollowerAsync(redis, prefix);
        await AddAsync(61, 20);
        await Eventually.ShouldBeAsync("all are applied", async () => (await ItemsAsync()).Count >= 80, 40);
        var items = await ItemsAsync();
        items.Select(i => i.ItemId).ShouldBe(Enumerable.Range(1, 80).Select(n => (long)n));
        items.ShouldAllBe(i => i.Version == 1);
        _streams.ShouldBeGreaterThan(3);
        _hosts.SelectMany(h => h.Logs.Errors).ShouldBeEmpty();
    }

    [Fact]
    public async Task Two_readers_at_once_do_not_apply_a_change_twice_nor_call_it_an_error()
    {
        var redis = await TestServers.RedisAsync();
        await AddAsync(1, 30);
        // They do not see each other's leases.
        await Task.WhenAll(FollowerAsync(redis, ProbeFixture.NewPrefix()), FollowerAsync(redis, ProbeFixture.NewPrefix()));
        await AddAsync(31, 30);
        await Eventually.ShouldBeAsync("all are applied", async () => (await ItemsAsync()).Count >= 60, 40);
        var items = await ItemsAsync();
        items.Count.ShouldBe(60);
        items.ShouldAllBe(i => i.Version == 1);
        _hosts.SelectMany(h => h.Logs.Errors).ShouldBeEmpty();
    }

    [Fact]
    public async Task Changes_are_followed_while_Redis_is_away()
    {
        await FollowerAsync($"127.0.0.1:{FreePort.Next()}", "");
        await AddAsync(1, 3);
        await Eventually.ShouldBeAsync("all are applied", async () => (await ItemsAsync()).Count == 3, 10);
        await AddAsync(4, 1);
        await Eventually.ShouldBeAsync("the next is applied", async () => (await ItemsAsync()).Count == 4, 10);
    }

    [Fact]
    public async Task A_read_waits_until_the_change_it_asks_for_is_here_and_not_for_ever()
    {
        var follower = await FollowerAsync(await TestServers.RedisAsync(), ProbeFixture.NewPrefix());
        await AddAsync(1, 1);
        await Eventually.ShouldBeAsync("the change is applied", async () => (await ItemsAsync()).Count == 1);
        var applied = await follower.WithDbAsync(1, db => db.FeedPositions.Select(p => p.Position).SingleAsync(Token));
        await WaitAsync(applied);
        var refusal = (await Should.ThrowAsync<RefusalException>(() => WaitAsync("f" + applied[1..]))).Refusal;
        refusal.Reason.ShouldBe(CommonReasons.ProjectionBehind);
        refusal.RetryAfter.ShouldNotBeNull();

        Task<int> WaitAsync(string token) => follower.WithDbAsync(1, async db =>
        {
            await new FeedWait(db, TimeProvider.System).AppliedAsync("probe-source", token, Token);
            return 0;
        });
    }

    [Fact]
    public async Task A_change_that_cannot_be_applied_holds_the_feed_and_is_said()
    {
        await AddAsync(1, 1);
        await AddAsync(-1, 1);
        await AddAsync(2, 1);
        var follower = await FollowerAsync(await TestServers.RedisAsync(), ProbeFixture.NewPrefix());
        await Eventually.ShouldBeAsync("the error is said", () => follower.Logs.Errors.Any(e => e.Message.Contains("stuck", StringComparison.Ordinal)));
        (await ItemsAsync()).ShouldHaveSingleItem().ItemId.ShouldBe(1);
    }

    public async Task DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }
        await _source.DisposeAsync();
    }

    public void Dispose() => _timeout.Dispose();

    /// <summary>Serves the feed, each change as often as a repeat wants; cuts the stream after every 25 while repeating.</summary>
    private async Task<ProbeResponse> FollowAsync(ServerCallContext context, IServerStreamWriter<ProbeResponse>? responses)
    {
        Interlocked.Increment(ref _streams);
        var sent = 0;
        OutboxRow.TryParse(context.RequestHeaders.GetValue("after")!, out var order, out var id).ShouldBeTrue();
        await foreach (var (position, change) in _source.Get<FeedReader>().ReadAsync(order, id, ProbeResponse.Parser, context.CancellationToken))
        {
            change.Position = position;
            await responses!.WriteAsync(change, context.CancellationToken);
            if (_repeats > 0 && ++sent % 25 == 0)
            {
                // Delivered again, as after a lost acknowledgement; the consumer finds that it is ahead and starts anew.
                await responses.WriteAsync(change, context.CancellationToken);
                throw new IOException("cut");
            }
        }
        return new ProbeResponse();
    }

    private async Task<ProbeHost> FollowerAsync(string redis, string prefix)
    {
        var host = await ProbeHost.StartAsync(_database, redis, prefix, Token, builder =>
            builder.Services.AddHostedService(services => new Follower(_source.Client, services)));
        lock (_hosts)
        {
            _hosts.Add(host);
        }
        return host;
    }

    private async Task AddAsync(long first, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await _source.WithDbAsync(1, db =>
            {
                db.Outbox.Add(OutboxRow.Of(1, new ProbeResponse { Number = first + i }));
                return db.SaveChangesAsync(Token);
            });
        }
    }

    private async Task<List<ItemRow>> ItemsAsync()
    {
        await using var db = new ProbeDbContext(new DbContextOptionsBuilder<ProbeDbContext>().UseNpgsql(_database).Options, new CurrentAccount { Id = 1 });
        return await db.Items.AsNoTracking().OrderBy(i => i.ItemId).ToListAsync(Token);
    }

    private sealed class Follower(ProbeService.ProbeServiceClient client, IServiceProvider services) : FeedConsumer<ProbeResponse>("probe-source", services)
    {
        protected override Task<AsyncServerStreamingCall<ProbeResponse>> OpenAsync(string afterPosition, CancellationToken cancellationToken)
        {
            var headers = ProbeHost.Bearer(ProbeHost.Tokens.Token(Scopes.ChangesRead, account: 0, subject: "service:probe"));
            headers.Add("after", afterPosition);
            return Task.FromResult(client.Follow(new ProbeRequest { Behaviour = "follow" }, headers, cancellationToken: cancellationToken));
        }

        protected override FeedChange<ProbeResponse> Read(ProbeResponse message) => new(message.Position, 1, TimeProvider.System.GetUtcNow().UtcDateTime, message);

        protected override async Task ApplyAsync(IServiceProvider scope, FeedChange<ProbeResponse> change, CancellationToken cancellationToken)
        {
            var db = scope.GetRequiredService<ProbeDbContext>();
            if (change.Body.Number < 0)
            {
                throw new InvalidOperationException("cannot be applied");
            }
            // Counts its applications: a second one would be seen.
            var item = await db.Items.SingleOrDefaultAsync(i => i.ItemId == change.Body.Number, cancellationToken);
            if (item is null)
            {
                db.Items.Add(item = new ItemRow { AccountId = 1, ItemId = change.Body.Number, DisplayName = $"{change.Body.Number}" });
            }
            item.Version++;
            await db.SaveChangesAsync(cancellationToken);
        }
    }
}
