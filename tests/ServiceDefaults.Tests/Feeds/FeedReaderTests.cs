using System.Collections.Concurrent;
using System.Globalization;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.ServiceDefaults.Telemetry;
using ContactPlatform.ServiceDefaults.Tests.Support;
using ContactPlatform.ServiceDefaults.Tests.V1;
using ContactPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using OpenTelemetry.Trace;

namespace ContactPlatform.ServiceDefaults.Tests.Feeds;

public sealed class FeedReaderTests(OwnPostgres postgres) : IClassFixture<OwnPostgres>, IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));
    private string _database = "";

    private CancellationToken Token => _timeout.Token;

    public async Task InitializeAsync() => _database = await ProbeHost.CreateDatabaseAsync(postgres.Server, Token);

    [Fact]
    public async Task A_writer_that_commits_late_is_neither_missed_nor_overtaken()
    {
        await using var host = await ProbeHost.StartAsync(_database, await TestServers.RedisAsync(), ProbeFixture.NewPrefix(), Token);
        var read = new ConcurrentQueue<(string Position, long Number)>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var reading = ReadAsync(host, read, stop.Token);

        await using var late = Context();
        await using var open = await late.Database.BeginTransactionAsync(Token);
        late.Outbox.Add(OutboxRow.Of(1, new ProbeResponse { Number = -1 }));
        await late.SaveChangesAsync(Token);
        var writers = Enumerable.Range(0, 4).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                await AddAsync(host, (w * 50) + i);
            }
        }, Token)).ToArray();
        await Task.WhenAll(writers);
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System, Token);
        // All of them committed before the late one: nothing past it may be shown yet.
        read.ShouldBeEmpty();
        await open.CommitAsync(Token);
        await Eventually.ShouldBeAsync("all changes are read", () => read.Count >= 201, 10);
        await AddAsync(host, 1000);
        await Eventually.ShouldBeAsync("the last change is read", () => read.Count >= 202, 10);
        await stop.CancelAsync();
        await reading;

        read.Select(r => r.Number).Order().ShouldBe([-1, .. Enumerable.Range(0, 200).Select(n => (long)n), 1000]);
        read.Select(r => r.Position).ShouldBeInOrder(SortDirection.Ascending, StringComparer.Ordinal);
        read.Select(r => r.Position).Distinct().Count().ShouldBe(202);

        // A reader that starts again in the middle gets exactly the rest.
        var rest = new ConcurrentQueue<(string Position, long Number)>();
        using var stopAgain = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var again = ReadAsync(host, rest, stopAgain.Token, read.ElementAt(99).Position);
        await Eventually.ShouldBeAsync("the rest is read", () => rest.Count >= 102, 10);
        await stopAgain.CancelAsync();
        await again;
        rest.ShouldBe(read.Skip(100));
    }

    [Fact]
    public async Task Transactions_are_ordered_as_numbers_where_they_get_a_digit_more()
    {
        await using var host = await ProbeHost.StartAsync(_database, await TestServers.RedisAsync(), ProbeFixture.NewPrefix(), Token);
        await using (var connection = new NpgsqlConnection(_database))
        {
            await connection.OpenAsync(Token);
            await using var burn = new NpgsqlCommand(
                """
                DO $$
                DECLARE now_at bigint := pg_current_xact_id()::text::bigint; next_power bigint := power(10, length(now_at::text));
                BEGIN
                  FOR i IN 1 .. next_power - now_at - 20 LOOP
                    COMMIT;
                    PERFORM pg_current_xact_id();
                  END LOOP;
                END $$
                """, connection) { CommandTimeout = 60 };
            await burn.ExecuteNonQueryAsync(Token);
        }
        var positions = new List<string>();
        for (var i = 0; i < 150; i++)
        {
            positions.Add(await AddAsync(host, i));
        }
        positions.Select(p => ulong.Parse(p.AsSpan(0, 16), NumberStyles.HexNumber, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture).Length).Distinct().Count().ShouldBe(2);
        var read = new ConcurrentQueue<(string Position, long Number)>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var reading = ReadAsync(host, read, stop.Token);
        await Eventually.ShouldBeAsync("all changes are read", () => read.Count >= 150, 5);
        await stop.CancelAsync();
        await reading;
        read.Select(r => r.Number).ShouldBe(Enumerable.Range(0, 150).Select(n => (long)n));
        read.Select(r => r.Position).ShouldBe(positions);
    }

    [Fact]
    public async Task A_change_comes_without_a_poll_from_this_replica_and_from_another_and_by_poll_without_Redis()
    {
        // It stands still, so nothing is found by a poll until it is moved.
        var clock = new FakeTime(TimeProvider.System.GetUtcNow());
        var redis = await RedisServer.StartAsync(Token);
        var prefix = ProbeFixture.NewPrefix();
        await using var one = await ProbeHost.StartAsync(_database, redis.ConnectionString, prefix, Token,
            builder => builder.Services.AddSingleton(services => new Stopping(services.GetRequiredService<IHostApplicationLifetime>(), services.GetRequiredService<ServiceName>(), clock)));
        await using var two = await ProbeHost.StartAsync(_database, redis.ConnectionString, prefix, Token);
        var read = new ConcurrentQueue<(string Position, long Number)>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var reading = ReadAsync(one, read, stop.Token);
        var own = await WithoutPollAsync(one, clock, read);
        var others = await WithoutPollAsync(two, clock, read);
        await redis.DisposeAsync();
        await AddAsync(two, 999);
        await PolledAsync(clock, () => read.Any(r => r.Number == 999));
        await stop.CancelAsync();
        await reading;
        (own, others).ShouldBe((true, true));
    }

    [Fact]
    public async Task The_position_of_a_saved_row_is_the_one_that_readers_see()
    {
        await using var host = await ProbeHost.StartAsync(_database, await TestServers.RedisAsync(), ProbeFixture.NewPrefix(), Token);
        var position = await AddAsync(host, 5);
        var read = new ConcurrentQueue<(string Position, long Number)>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var reading = ReadAsync(host, read, stop.Token);
        await Eventually.ShouldBeAsync("the change is read", () => !read.IsEmpty);
        await stop.CancelAsync();
        await reading;
        read.ShouldHaveSingleItem().ShouldBe((position, 5));
    }

    [Fact]
    public async Task Who_began_first_but_waited_for_another_stands_behind_it()
    {
        await using var host = await ProbeHost.StartAsync(_database, await TestServers.RedisAsync(), ProbeFixture.NewPrefix(), Token);
        await using var waits = Context();
        await using var open = await waits.Database.BeginTransactionAsync(Token);
        // Some row of its own, and its number; the next one is held by the other, who is done before this one goes on.
        await waits.Database.ExecuteSqlRawAsync("SELECT pg_current_xact_id()", Token);
        var other = await AddAsync(host, 1);
        var row = OutboxRow.Of(1, new ProbeResponse { Number = 2 });
        waits.Outbox.Add(row);
        await waits.SaveChangesAsync(Token);
        await open.CommitAsync(Token);
        string.CompareOrdinal(row.Position, other).ShouldBeGreaterThan(0);
        var read = new ConcurrentQueue<(string Position, long Number)>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var reading = ReadAsync(host, read, stop.Token);
        await Eventually.ShouldBeAsync("both changes are read", () => read.Count == 2);
        await stop.CancelAsync();
        await reading;
        read.ShouldBe([(other, 1), (row.Position, 2)]);
    }

    [Fact]
    public async Task Looking_for_changes_leaves_no_spans_in_the_trace_of_the_call_that_follows()
    {
        var spans = new Spans();
        await using var host = await ProbeHost.StartAsync(_database, await TestServers.RedisAsync(), ProbeFixture.NewPrefix(), Token,
            builder => builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddProcessor(spans)));
        using var call = PlatformTelemetry.Source.StartActivity("a follower's call").ShouldNotBeNull();
        var read = new ConcurrentQueue<(string Position, long Number)>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var reading = ReadAsync(host, read, stop.Token);
        await AddAsync(host, 1);
        await Eventually.ShouldBeAsync("the change is read", () => !read.IsEmpty);
        await stop.CancelAsync();
        await reading;
        var told = spans.Ended.Where(s => s.TraceId == call.TraceId).SelectMany(s => s.TagObjects).Select(t => t.Value).OfType<string>().ToList();
        told.ShouldContain(t => t.Contains("INSERT INTO outbox", StringComparison.Ordinal));
        told.ShouldNotContain(t => t.Contains("FROM outbox", StringComparison.Ordinal));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _timeout.Dispose();

    /// <summary>
    /// Whether a change is read while no time passes for the reader. Tried some times: a commit can be seen before its neighbours, of the
    /// server's own among them, are out of the way.
    /// </summary>
    private static async Task<bool> WithoutPollAsync(ProbeHost writer, FakeTime clock, ConcurrentQueue<(string Position, long Number)> read)
    {
        for (var i = 0; i < 5; i++)
        {
            // The reader sleeps, as when nothing happens.
            await Eventually.ShouldBeAsync("the reader waits", () => clock.Waiting > 0);
            var expected = read.Count + 1;
            await AddAsync(writer, i);
            try
            {
                await Eventually.ShouldBeAsync("the change is read", () => read.Count == expected, 4);
                return true;
            }
            catch (ShouldAssertException)
            {
                await PolledAsync(clock, () => read.Count == expected);
            }
        }
        return false;
    }

    private static Task PolledAsync(FakeTime clock, Func<bool> holds) => Eventually.ShouldBeAsync("the change is found by a poll", () =>
    {
        clock.Advance(TimeSpan.FromSeconds(1));
        return holds();
    });

    private static Task<string> AddAsync(ProbeHost host, long number) => host.WithDbAsync(1, async db =>
    {
        var row = OutboxRow.Of(1, new ProbeResponse { Number = number });
        db.Outbox.Add(row);
        await db.SaveChangesAsync();
        return row.Position;
    });

    private static Task ReadAsync(ProbeHost host, ConcurrentQueue<(string Position, long Number)> into, CancellationToken cancellationToken, string after = "") => Task.Run(async () =>
    {
        OutboxRow.TryParse(after, out var order, out var id).ShouldBeTrue();
        try
        {
            await foreach (var (position, change) in host.Get<FeedReader>().ReadAsync(order, id, ProbeResponse.Parser, cancellationToken))
            {
                into.Enqueue((position, change.Number));
            }
        }
        catch (OperationCanceledException)
        {
            // The only end that it has.
        }
    }, CancellationToken.None);

    private ProbeDbContext Context() => new(new DbContextOptionsBuilder<ProbeDbContext>().UseNpgsql(_database).Options, new CurrentAccount { Id = 1 });
}
