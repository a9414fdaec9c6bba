using System.Collections.Concurrent;
using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Runs;
using ContactPlatform.ServiceDefaults.Tests.Support;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RunState = ContactPlatform.ServiceDefaults.Runs.RunState;

namespace ContactPlatform.ServiceDefaults.Tests.Runs;

/// <summary>Runs with their leases on Garnet.</summary>
public sealed class RunsOnGarnetTests() : RunTests(RedisServer.Kinds[0]);

/// <summary>The same on Debian's redis-server; on Garnet once more where that is not installed.</summary>
public sealed class RunsOnRedisServerTests() : RunTests(RedisServer.Kinds[^1]);

/// <summary>Runs, whichever server keeps their leases.</summary>
/// <param name="redisKind">One of <see cref="RedisServer.Kinds"/>.</param>
public abstract class RunTests(string redisKind) : IAsyncLifetime, IDisposable
{
    private const string Kind = "probe-run";
    private static readonly Caller _caller = new(1, new Actor { Kind = ActorKind.ApiKey, Subject = "key:1", DisplayName = "Tester" });
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));
    private readonly ConcurrentDictionary<long, Func<ProbeHost, RunWork, CancellationToken, Task>> _work = new();
    private readonly List<ProbeHost> _hosts = [];
    private string _database = "";

    private CancellationToken Token => _timeout.Token;

    public async Task InitializeAsync() => _database = await ProbeHost.CreateDatabaseAsync(null, Token);

    [Fact]
    public async Task A_queued_run_is_taken_up_and_watched_to_its_end()
    {
        var host = await StartAsync();
        var go = new TaskCompletionSource();
        _work[1] = async (_, work, cancellation) =>
        {
            work.Row.TotalCount = 2;
            work.Row.SetTime = work.Now;
            for (var i = 1; i <= 2; i++)
            {
                await ChunkAsync(host, work, i, cancellation);
                await go.Task.WaitAsync(cancellation);
            }
        };
        var id = await QueueAsync(host, 1);
        var seen = new List<RunRow>();
        await host.WithDbAsync(1, async db =>
        {
            await foreach (var row in new RunStore(db, host.Get<RunSignal>(), TimeProvider.System).WatchAsync(id, Kind, null, Token))
            {
                seen.Add(row);
                if (row.DoneCount == 1)
                {
                    go.TrySetResult();
                }
            }
            return 0;
        });
        seen[^1].State.ShouldBe(RunState.Succeeded);
        seen.ShouldContain(r => r.State == RunState.Running && r.DoneCount == 1);
        var run = seen[^1].ToProto();
        run.DoneCount.ShouldBe(2);
        run.Epoch.ShouldBe(1);
        run.SkipCounts.ShouldHaveSingleItem().Count.ShouldBe(2);
        run.Actor.ShouldBe(_caller.Actor);
        run.StartTime.ShouldNotBeNull();
        run.SetTime.ShouldNotBeNull();
        run.EndTime.ShouldNotBeNull();
        (await ItemsAsync(host)).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_dead_workers_run_goes_on_at_its_last_commit()
    {
        _work[1] = (host, work, cancellation) => ChunkAsync(host, work, work.Row.CursorId + 1, cancellation);
        var redis = await RedisServer.StartAsync(Token, kind: redisKind);
        await using var server = redis;
        // What a worker killed with -9 leaves: the row at its epoch and cursor, and its lease.
        await using (var db = Context())
        {
            db.Runs.Add(new RunRow { AccountId = 1, RunId = 77, Kind = Kind, SubjectId = 1, State = RunState.Running, Epoch = 4, CursorId = 6, ActorSubject = "key:1", ActorName = "", CreateTime = TimeProvider.System.GetUtcNow().UtcDateTime });
            await db.SaveChangesAsync(Token);
        }
        var prefix = ProbeFixture.NewPrefix();
        using var connection = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        await connection.GetDatabase().StringSetAsync(prefix + LockKey.Run("probe", 77).Key, "the dead worker's token", LockKey.Run("probe", 77).Lease);
        var started = TimeProvider.System.GetTimestamp();
        var host = await StartAsync(server.ConnectionString, prefix);
        var row = await EndedAsync(host, 77);
        TimeProvider.System.GetElapsedTime(started).TotalSeconds.ShouldBeInRange(1, 6);
        row.State.ShouldBe(RunState.Succeeded);
        row.Epoch.ShouldBe(5);
        (await ItemsAsync(host)).ShouldBe([7]);
    }

    [Fact]
    public async Task A_worker_whose_run_was_taken_over_writes_nothing_more()
    {
        var (stuck, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Exception? zombie = null;
        _work[1] = async (host, work, cancellation) =>
        {
            if (work.Row.Epoch > 1)
            {
                await ChunkAsync(host, work, 2, cancellation);
                return;
            }
            await ChunkAsync(host, work, 1, cancellation);
            stuck.SetResult();
            await goOn.Task;
            zombie = await Record.ExceptionAsync(() => ChunkAsync(host, work, 3, CancellationToken.None));
            throw zombie!;
        };
        var first = await StartAsync();
        var id = await QueueAsync(first, 1);
        await stuck.Task.WaitAsync(Token);
        // The second does not see the first's lease: as if it had run out unnoticed.
        var second = await StartAsync();
        var row = await EndedAsync(second, id);
        row.State.ShouldBe(RunState.Succeeded);
        row.Epoch.ShouldBe(2);
        goOn.SetResult();
        await Eventually.ShouldBeAsync("the zombie was refused", () => zombie is not null);
        zombie.ShouldBeOfType<RunLostException>();
        (await ItemsAsync(second)).ShouldBe([1, 2]);
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Token);
        (await RunAsync(second, id)).State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public async Task A_queued_run_is_cancelled_at_once_and_a_running_one_at_its_next_chunk()
    {
        var host = await StartAsync();
        var running = new TaskCompletionSource();
        _work[1] = async (_, work, cancellation) =>
        {
            for (var i = 1; ; i++)
            {
                await ChunkAsync(host, work, i, cancellation);
                running.TrySetResult();
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellation);
            }
        };
        var id = await QueueAsync(host, 1);
        await running.Task.WaitAsync(Token);
        (await CancelAsync(host, id)).ToProto().CancelRequested.ShouldBeTrue();
        (await EndedAsync(host, id)).State.ShouldBe(RunState.Cancelled);
        (await CancelAsync(host, id)).State.ShouldBe(RunState.Cancelled);
        // No chunk is half there.
        (await ItemsAsync(host)).Count.ShouldBe((int)(await RunAsync(host, id)).DoneCount);

        await using (var db = Context())
        {
            // No executor of this kind is here, so it stays queued.
            db.Runs.Add(new RunRow { AccountId = 1, RunId = 500_001, Kind = "nobody's", ActorSubject = "key:1", ActorName = "" });
            await db.SaveChangesAsync(Token);
        }
        var cancelled = await host.WithDbAsync(1, db => new RunStore(db, host.Get<RunSignal>(), TimeProvider.System).CancelAsync(500_001, "nobody's", Token));
        cancelled.State.ShouldBe(RunState.Cancelled);
        cancelled.EndTime.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_run_that_ended_or_is_anothers_is_not_cancelled()
    {
        var host = await StartAsync();
        _work[1] = (_, work, cancellation) => ChunkAsync(host, work, 1, cancellation);
        var id = await QueueAsync(host, 1);
        await EndedAsync(host, id);
        var ended = (await Should.ThrowAsync<RefusalException>(() => CancelAsync(host, id))).Refusal;
        ended.Reason.ShouldBe(CommonReasons.RunEnded);
        ended.Metadata["from"].ShouldBe("SUCCEEDED");
        ended.Metadata["allowed"].ShouldBe("QUEUED,RUNNING");
        (await Should.ThrowAsync<RefusalException>(() => host.WithDbAsync(2, db => new RunStore(db, host.Get<RunSignal>(), TimeProvider.System).CancelAsync(id, Kind, Token))))
            .Refusal.Reason.ShouldBe(CommonReasons.RunNotFound);
    }

    [Fact]
    public async Task What_passes_by_itself_is_waited_for_and_what_does_not_fails_the_run()
    {
        var host = await StartAsync();
        var attempts = 0;
        _work[1] = (_, work, cancellation) => ++attempts < 3 ? throw new RefusalException(new Refusal(CommonReasons.LockBusy, "busy")) : ChunkAsync(host, work, 1, cancellation);
        _work[2] = (_, _, _) => throw new RefusalException(new Refusal(new Reason("LABEL_NOT_FOUND", StatusCode.NotFound), "there is no such label"));
        var waits = await QueueAsync(host, 1);
        await Eventually.ShouldBeAsync("the run says why it waits", async () => await RunAsync(host, waits) is { State: RunState.Queued, Message: "busy" });
        var fails = await QueueAsync(host, 2);
        var failed = await EndedAsync(host, fails);
        (failed.State, failed.FailureReason, failed.Message).ShouldBe((RunState.Failed, "LABEL_NOT_FOUND", "there is no such label"));
        var done = await EndedAsync(host, waits);
        (done.State, done.Message, done.Epoch).ShouldBe((RunState.Succeeded, "", 3));
        host.Logs.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_fails_at_the_fifth_broken_attempt_in_a_row_but_not_while_it_gets_on()
    {
        var host = await StartAsync();
        var attempts = 0;
        _work[1] = (_, _, _) => throw new InvalidOperationException("bug");
        _work[2] = async (_, work, cancellation) =>
        {
            attempts++;
            await ChunkAsync(host, work, attempts, cancellation);
            if (attempts < 7)
            {
                throw new InvalidOperationException("bug after a chunk");
            }
        };
        var (breaks, getsOn) = (await QueueAsync(host, 1), await QueueAsync(host, 2));
        var failed = await EndedAsync(host, breaks);
        (failed.State, failed.FailureReason, failed.Epoch).ShouldBe((RunState.Failed, "INTERNAL", 5));
        failed.Message.ShouldContain("trace");
        failed.Message.ShouldNotContain("bug");
        var done = await EndedAsync(host, getsOn);
        (done.State, done.Epoch, done.DoneCount).ShouldBe((RunState.Succeeded, 7, 7));
    }

    [Fact]
    public async Task A_run_stays_queued_while_Redis_is_away_and_is_done_when_it_is_back()
    {
        _work[1] = (host, work, cancellation) => ChunkAsync(host, work, 1, cancellation);
        var port = FreePort.Next();
        var host = await StartAsync($"127.0.0.1:{port}");
        var id = await QueueAsync(host, 1);
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, Token);
        (await RunAsync(host, id)).State.ShouldBe(RunState.Queued);
        host.Logs.Errors.ShouldBeEmpty();
        await using var server = await RedisServer.StartAsync(Token, port, redisKind);
        (await EndedAsync(host, id)).State.ShouldBe(RunState.Succeeded);
    }

    [Fact]
    public async Task A_stopped_worker_leaves_its_run_to_the_next_without_calling_it_broken()
    {
        var redis = await TestServers.RedisAsync(redisKind);
        var prefix = ProbeFixture.NewPrefix();
        var running = new TaskCompletionSource();
        _work[1] = async (host, work, cancellation) =>
        {
            if (work.Row.Epoch == 1)
            {
                await ChunkAsync(host, work, 1, cancellation);
                running.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                // As a call to another service ends when it is cancelled.
                throw new RpcException(new Status(StatusCode.Cancelled, "cancelled"));
            }
            await ChunkAsync(host, work, 2, cancellation);
        };
        var first = await StartAsync(redis, prefix);
        var id = await QueueAsync(first, 1);
        await running.Task.WaitAsync(Token);
        _hosts.Remove(first);
        await first.DisposeAsync();
        first.Logs.Errors.ShouldBeEmpty();
        var second = await StartAsync(redis, prefix);
        var row = await EndedAsync(second, id);
        (row.State, row.Epoch, row.BrokenAttempts).ShouldBe((RunState.Succeeded, 2, 0));
    }

    [Fact]
    public async Task Two_replicas_do_many_runs_once_each()
    {
        var redis = await TestServers.RedisAsync(redisKind);
        var prefix = ProbeFixture.NewPrefix();
        _work[1] = (host, work, cancellation) => ChunkAsync(host, work, work.Row.RunId, cancellation);
        var hosts = new[] { await StartAsync(redis, prefix), await StartAsync(redis, prefix) };
        var ids = new List<long>();
        for (var i = 0; i < 20; i++)
        {
            ids.Add(await QueueAsync(hosts[i % 2], 1));
        }
        await Eventually.ShouldBeAsync("all runs are done", async () => await hosts[0].WithDbAsync(1, db => db.Runs.CountAsync(r => r.State == RunState.Succeeded)) == 20, 30);
        (await ItemsAsync(hosts[0])).ShouldBe(ids.Order());
        (await hosts[0].WithDbAsync(1, db => db.Runs.AllAsync(r => r.Epoch == 1))).ShouldBeTrue();
    }

    public async Task DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }
    }

    public void Dispose()
    {
        _timeout.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task<ProbeHost> StartAsync(string? redis = null, string? prefix = null)
    {
        ProbeHost? host = null;
        host = await ProbeHost.StartAsync(_database, redis ?? await TestServers.RedisAsync(redisKind), prefix ?? ProbeFixture.NewPrefix(), Token, builder =>
        {
            builder.Services.AddSingleton<IRunExecutor>(new Executor((work, cancellation) => _work[work.Row.SubjectId](host!, work, cancellation)));
            builder.Services.AddHostedService<RunWorker>();
        });
        _hosts.Add(host);
        return host;
    }

    private Task<long> QueueAsync(ProbeHost host, long subject) => host.WithDbAsync(1, async db =>
    {
        var store = new RunStore(db, host.Get<RunSignal>(), TimeProvider.System);
        var row = store.New(await host.Get<IdSequence>().NextAsync(Token), Kind, subject, _caller);
        db.Runs.Add(row);
        await db.SaveChangesAsync(Token);
        store.Queued();
        return row.RunId;
    });

    /// <summary>One chunk: an item and the checkpoint in one transaction.</summary>
    private static Task<int> ChunkAsync(ProbeHost host, RunWork work, long item, CancellationToken cancellationToken) => host.WithDbAsync(work.Row.AccountId, async db =>
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        db.Items.Add(new ItemRow { AccountId = work.Row.AccountId, ItemId = item, DisplayName = $"{work.Row.RunId}-{item}" });
        await db.SaveChangesAsync(cancellationToken);
        work.Row.CursorId = item;
        work.Row.DoneCount++;
        work.Skip("RECORD_INACTIVE", 1);
        await work.CheckpointAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return 0;
    });

    private Task<RunRow> CancelAsync(ProbeHost host, long id) =>
        host.WithDbAsync(1, db => new RunStore(db, host.Get<RunSignal>(), TimeProvider.System).CancelAsync(id, Kind, Token));

    private Task<RunRow> RunAsync(ProbeHost host, long id) => host.WithDbAsync(1, db => db.Runs.AsNoTracking().SingleAsync(r => r.RunId == id, Token));

    private async Task<RunRow> EndedAsync(ProbeHost host, long id)
    {
        await Eventually.ShouldBeAsync($"run {id} has ended", async () => (await RunAsync(host, id)).Ended, 20);
        return await RunAsync(host, id);
    }

    private Task<List<long>> ItemsAsync(ProbeHost host) => host.WithDbAsync(1, db => db.Items.OrderBy(i => i.ItemId).Select(i => i.ItemId).ToListAsync(Token));

    private ProbeDbContext Context() => new(new DbContextOptionsBuilder<ProbeDbContext>().UseNpgsql(_database).Options, new CurrentAccount { Id = 1 });

    private sealed class Executor(Func<RunWork, CancellationToken, Task> work) : IRunExecutor
    {
        public string Kind => RunTests.Kind;

        public Task ExecuteAsync(RunWork work1, CancellationToken cancellationToken) => work(work1, cancellationToken);
    }
}
