using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Telemetry;
using ContactPlatform.ServiceDefaults.Tests.Support;
using ContactPlatform.ServiceDefaults.Tests.V1;
using ContactPlatform.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using OpenTelemetry.Trace;

namespace ContactPlatform.ServiceDefaults.Tests.Feeds;

/// <summary>On a PostgreSQL of their own: a transaction that another test keeps open would hold their feed back.</summary>
public sealed class FeedReaderTests : IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));
    private PostgresServer _server = null!;
    private string _database = "";

    private CancellationToken Token => _timeout.Token;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.StartAsync(Token);
        _database = await ProbeHost.CreateDatabaseAsync(_server, Token);
    }

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
    public async Task A_change_comes_at_once_from_this_replica_and_from_another_and_by_poll_without_Redis()
    {
        var port = FreePort.Next();
        var redis = await RedisServer.StartAsync(Token, port);
        var prefix = ProbeFixture.NewPrefix();
        await using var one = await ProbeHost.StartAsync(_database, redis.ConnectionString, prefix, Token);
        await using var two = await ProbeHost.StartAsync(_database, redis.ConnectionString, prefix, Token);
        var read = new ConcurrentQueue<(string Position, long Number)>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var reading = ReadAsync(one, read, stop.Token);
        await LatencyAsync(one, read, 0);
        var own = await MedianAsync(one, read);
        var others = await MedianAsync(two, read);
        await redis.DisposeAsync();
        var away = await LatencyAsync(two, read, 999);
        await stop.CancelAsync();
        await reading;
        own.ShouldBeLessThan(0.15);
        others.ShouldBeLessThan(0.3);
        away.ShouldBeLessThan(2.5);
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

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _timeout.Dispose();

    private async Task<double> MedianAsync(ProbeHost writer, ConcurrentQueue<(string Position, long Number)> read)
    {
        var times = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            times.Add(await LatencyAsync(writer, read, 10 + i));
        }
        return times.Order().ElementAt(3);
    }

    private async Task<double> LatencyAsync(ProbeHost writer, ConcurrentQueue<(string Position, long Number)> read, long number)
    {
        // The reader has to be asleep, as when nothing happens.
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Token);
        var before = read.Count;
        var watch = Stopwatch.StartNew();
        await AddAsync(writer, number);
        while (read.Count == before)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Token);
        }
        return watch.Elapsed.TotalSeconds;
    }

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
