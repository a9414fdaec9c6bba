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

/// <summary>What a run does from its queue to its end, with its leases on Garnet and, where it is installed, on redis-server.</summary>
public sealed class RunTests : RunTestBase
{
    [Theory, MemberData(nameof(Kinds))]
    public async Task A_queued_run_is_taken_up_and_watched_to_its_end(string kind)
    {
        RedisKind = kind;
        var host = await StartAsync();
        var go = new TaskCompletionSource();
        Work[1] = async (_, work, cancellation) =>
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
            await foreach (var row in Store(host, db).WatchAsync(id, Kind, null, Token))
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
        run.Actor.ShouldBe(Caller.Actor);
        run.StartTime.ShouldNotBeNull();
        run.SetTime.ShouldNotBeNull();
        run.EndTime.ShouldNotBeNull();
        (await ItemsAsync(host)).ShouldBe([1, 2]);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_queued_run_is_cancelled_at_once_and_a_running_one_at_its_next_chunk(string kind)
    {
        RedisKind = kind;
        var host = await StartAsync();
        var running = new TaskCompletionSource();
        Work[1] = async (_, work, cancellation) =>
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
        var cancelled = await host.WithDbAsync(1, db => Store(host, db).CancelAsync(500_001, "nobody's", Token));
        cancelled.State.ShouldBe(RunState.Cancelled);
        cancelled.EndTime.ShouldNotBeNull();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_that_ended_or_is_anothers_is_not_cancelled(string kind)
    {
        RedisKind = kind;
        var host = await StartAsync();
        Work[1] = (_, work, cancellation) => ChunkAsync(host, work, 1, cancellation);
        var id = await QueueAsync(host, 1);
        await EndedAsync(host, id);
        var ended = (await Should.ThrowAsync<RefusalException>(() => CancelAsync(host, id))).Refusal;
        ended.Reason.ShouldBe(CommonReasons.RunEnded);
        ended.Metadata["from"].ShouldBe("SUCCEEDED");
        ended.Metadata["allowed"].ShouldBe("QUEUED,RUNNING");
        (await Should.ThrowAsync<RefusalException>(() => host.WithDbAsync(2, db => Store(host, db).CancelAsync(id, Kind, Token))))
            .Refusal.Reason.ShouldBe(CommonReasons.RunNotFound);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task What_passes_by_itself_is_waited_for_and_what_does_not_fails_the_run(string kind)
    {
        RedisKind = kind;
        var host = await StartAsync();
        var attempts = 0;
        Work[1] = (_, work, cancellation) => ++attempts < 3 ? throw new RefusalException(new Refusal(CommonReasons.LockBusy, "busy")) : ChunkAsync(host, work, 1, cancellation);
        Work[2] = (_, _, _) => throw new RefusalException(new Refusal(new Reason("LABEL_NOT_FOUND", StatusCode.NotFound), "there is no such label"));
        var waits = await QueueAsync(host, 1);
        await Eventually.ShouldBeAsync("the run says why it waits", async () => await RunAsync(host, waits) is { State: RunState.Queued, Message: "busy" });
        var fails = await QueueAsync(host, 2);
        var failed = await EndedAsync(host, fails);
        (failed.State, failed.FailureReason, failed.Message).ShouldBe((RunState.Failed, "LABEL_NOT_FOUND", "there is no such label"));
        var done = await EndedAsync(host, waits);
        (done.State, done.Message, done.Epoch).ShouldBe((RunState.Succeeded, "", 3));
        host.Logs.Errors.ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_run_fails_at_the_fifth_broken_attempt_in_a_row_but_not_while_it_gets_on(string kind)
    {
        RedisKind = kind;
        var host = await StartAsync();
        var attempts = 0;
        Work[1] = (_, _, _) => throw new InvalidOperationException("bug");
        Work[2] = async (_, work, cancellation) =>
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

    [Theory, MemberData(nameof(Kinds))]
    public async Task Runs_that_exclude_each_other_wait_and_say_so(string kind)
    {
        RedisKind = kind;
        var host = await StartAsync();
        var go = new TaskCompletionSource();
        Work[1] = (_, _, cancellation) => go.Task.WaitAsync(cancellation);
        Work[2] = (_, _, _) => Task.CompletedTask;
        var first = await QueueAsync(host, 1, OneAtATime);
        await Eventually.ShouldBeAsync("the first works", async () => (await RunAsync(host, first, OneAtATime)).State == RunState.Running);
        var second = await QueueAsync(host, 2, OneAtATime);
        await Eventually.ShouldBeAsync("the second says why it waits", async () =>
            await RunAsync(host, second, OneAtATime) is { State: RunState.Queued, Message: "waits for another run of the account" });
        // Another account's does not wait.
        (await EndedAsync(host, await QueueAsync(host, 2))).State.ShouldBe(RunState.Succeeded);
        go.SetResult();
        await Eventually.ShouldBeAsync("the second is done", async () => await RunAsync(host, second, OneAtATime) is { State: RunState.Succeeded, Message: "" });
    }
}
