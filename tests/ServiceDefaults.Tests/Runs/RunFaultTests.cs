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

/// <summary>A run whose worker dies, freezes or loses its locks, on Garnet and, where it is installed, on redis-server.</summary>
public sealed class RunFaultTests : RunTestBase
{
    [Theory, MemberData(nameof(Kinds))]
    public async Task A_dead_workers_run_goes_on_at_its_last_commit(string kind)
    {
        RedisKind = kind;
        Work[1] = async (host, work, cancellation) =>
        {
            if (work.Row.CursorId < 7)
            {
                await ChunkAsync(host, work, work.Row.CursorId + 1, cancellation);
            }
        };
        var redis = await RedisServer.StartAsync(Token, kind: RedisKind);
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
        // Not before the dead worker's lease has run out.
        TimeProvider.System.GetElapsedTime(started).TotalSeconds.ShouldBeGreaterThan(1);
        row.State.ShouldBe(RunState.Succeeded);
        TakenUpAnew(row, 5);
        (await ItemsAsync(host)).ShouldBe([7]);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_worker_whose_run_was_taken_over_writes_nothing_more(string kind)
    {
        RedisKind = kind;
        var (stuck, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Exception? zombie = null;
        Work[1] = async (host, work, cancellation) =>
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
        TakenUpAnew(row, 2);
        goOn.SetResult();
        await Eventually.ShouldBeAsync("the zombie was refused", () => zombie is not null);
        zombie.ShouldBeOfType<RunLostException>();
        (await ItemsAsync(second)).ShouldBe([1, 2]);
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Token);
        (await RunAsync(second, id)).State.ShouldBe(RunState.Succeeded);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task What_a_worker_commits_while_another_takes_its_run_over_counts(string kind)
    {
        RedisKind = kind;
        var (within, goOn, ended) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        Work[1] = async (host, work, cancellation) =>
        {
            await host.WithDbAsync(1, async db =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
                work.Row.DoneCount++;
                work.Skip("RECORD_INACTIVE", 1);
                await work.CheckpointAsync(db, cancellation);
                if (work.Row.Epoch == 1)
                {
                    within.SetResult();
                    await goOn.Task;
                }
                await transaction.CommitAsync(cancellation);
                return 0;
            });
            if (work.Row.Epoch == 1)
            {
                // Not earlier, or it would take the run up once more: it does not see the second's lease either.
                await ended.Task.WaitAsync(cancellation);
            }
        };
        var first = await StartAsync();
        var id = await QueueAsync(first, 1);
        await within.Task.WaitAsync(Token);
        // The second, which does not see the first's lease, has looked at the run and waits for the chunk.
        await StartAsync();
        await using (var db = Context())
        {
            await db.Database.OpenConnectionAsync(Token);
            await using var waiting = db.Database.GetDbConnection().CreateCommand();
            waiting.CommandText = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            await Eventually.ShouldBeAsync("the second waits", async () => await waiting.ExecuteScalarAsync(Token) is 1L);
        }
        goOn.SetResult();
        var row = await EndedAsync(first, id);
        ended.SetResult();
        (row.State, row.Epoch, row.DoneCount, row.SkipCounts).ShouldBe((RunState.Succeeded, 2, 2, """{"RECORD_INACTIVE":2}"""));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_stays_queued_while_Redis_is_away_and_is_done_when_it_is_back(string kind)
    {
        RedisKind = kind;
        Work[1] = (host, work, cancellation) => ChunkAsync(host, work, 1, cancellation);
        var port = FreePort.Next();
        var host = await StartAsync($"127.0.0.1:{port}");
        var id = await QueueAsync(host, 1);
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, Token);
        (await RunAsync(host, id)).State.ShouldBe(RunState.Queued);
        host.Logs.Errors.ShouldBeEmpty();
        await using var server = await RedisServer.StartAsync(Token, port, RedisKind);
        (await EndedAsync(host, id)).State.ShouldBe(RunState.Succeeded);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_stopped_worker_leaves_its_run_to_the_next_without_calling_it_broken(string kind)
    {
        RedisKind = kind;
        var redis = await TestServers.RedisAsync(RedisKind);
        var prefix = ProbeFixture.NewPrefix();
        var running = new TaskCompletionSource();
        Work[1] = async (host, work, cancellation) =>
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
        Hosts.Remove(first);
        await first.DisposeAsync();
        first.Logs.Errors.ShouldBeEmpty();
        var second = await StartAsync(redis, prefix);
        var row = await EndedAsync(second, id);
        (row.State, row.BrokenAttempts).ShouldBe((RunState.Succeeded, 0));
        TakenUpAnew(row, 2);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Two_replicas_do_many_runs_once_each(string kind)
    {
        RedisKind = kind;
        var redis = await TestServers.RedisAsync(RedisKind);
        var prefix = ProbeFixture.NewPrefix();
        Work[1] = (host, work, cancellation) => ChunkAsync(host, work, work.Row.RunId, cancellation);
        var hosts = new[] { await StartAsync(redis, prefix), await StartAsync(redis, prefix) };
        var ids = new List<long>();
        for (var i = 0; i < 20; i++)
        {
            ids.Add(await QueueAsync(hosts[i % 2], 1));
        }
        await Eventually.ShouldBeAsync("all runs are done", async () => await hosts[0].WithDbAsync(1, db => db.Runs.CountAsync(r => r.State == RunState.Succeeded)) == 20, 30);
        (await ItemsAsync(hosts[0])).ShouldBe(ids.Order());
        // Without leases both would take up every one of them.
        (await hosts[0].WithDbAsync(1, db => db.Runs.CountAsync(r => r.Epoch == 1))).ShouldBeGreaterThanOrEqualTo(15);
    }

    // A machine too busy to renew a lease within its 2 s has the run taken up once more, as it should.
    private static void TakenUpAnew(RunRow row, long epoch) => row.Epoch.ShouldBeGreaterThanOrEqualTo(epoch);
}
