using System.Globalization;
using ContactPlatform.Contacts.V1;
using Grpc.Core;
using RunState = ContactPlatform.Common.V1.RunState;

namespace ContactPlatform.Contacts.Tests.BulkRuns;

/// <summary>Bulk runs as one account asks for them.</summary>
public static class BulkCaller
{
    private static int _requests;

    public static BulkRunService.BulkRunServiceClient Bulk(this Account account) => new(account.Invoker);

    public static string NewRequestId() => string.Create(CultureInfo.InvariantCulture, $"bulk {Interlocked.Increment(ref _requests)}");

    public static ContactSet Ids(params IEnumerable<long> contactIds) => new() { ContactIds = new() { ContactIds_ = { contactIds } } };

    /// <summary>Queues a run.</summary>
    public static async Task<BulkRun> StartAsync(this BulkRunService.BulkRunServiceClient bulk, ContactSet set, BulkAction action) =>
        (await bulk.CreateBulkRunAsync(new() { Contacts = set, Action = action, RequestId = NewRequestId() })).BulkRun;

    /// <summary>Watches a run to its end.</summary>
    public static async Task<BulkRun> EndAsync(this BulkRunService.BulkRunServiceClient bulk, long id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        BulkRun? last = null;
        using var watch = bulk.WatchBulkRun(new() { BulkRunId = id }, cancellationToken: limit.Token);
        await foreach (var message in watch.ResponseStream.ReadAllAsync(limit.Token))
        {
            last = message.BulkRun;
        }
        (last!.Run.State >= RunState.Succeeded).ShouldBeTrue();
        return last;
    }

    /// <summary>Does it all, which has to succeed.</summary>
    public static async Task<BulkRun> DoAsync(this Account account, ContactSet set, BulkAction action)
    {
        var run = await account.Bulk().EndAsync((await account.Bulk().StartAsync(set, action)).BulkRunId);
        run.Run.State.ShouldBe(RunState.Succeeded, run.ToString());
        run.Run.DoneCount.ShouldBe(run.Run.TotalCount);
        return run;
    }

    /// <summary>Waits until something holds.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
        }
    }

    /// <summary>Waits until a run has done so many contacts: those before a row that the test holds.</summary>
    public static Task StallAsync(this BulkRunService.BulkRunServiceClient bulk, long id, long done) =>
        UntilAsync(async () => (await bulk.GetBulkRunAsync(new() { BulkRunId = id })).BulkRun.Run.DoneCount == done);
}

/// <summary>Many contacts of an account, written straight into the database; their ids follow each other.</summary>
public static class BulkCrowd
{
    public static string Insert(long account, long first, int count) => string.Create(CultureInfo.InvariantCulture, $"""
        INSERT INTO contacts (account_id, contact_id, email, given_name, family_name, time_zone, record_state, source, owner, lead_score, create_time, update_time, version, given_name_key, family_name_key, source_key)
        SELECT {account}, {first} + i, 'c' || {first} + i || '@example.org', '', '', '', 1, 'crowd', '', 0, now(), now(), 1, '', '', 'crowd' FROM generate_series(0, {count - 1}) i
        """);

    public static async Task<long[]> BulkCrowdAsync(this ContactsFixture fixture, Account account, int count)
    {
        var first = (account.Id << 30) / 1000 * 1000;
        await fixture.ScalarAsync(Insert(account.Id, first, count));
        return [.. Enumerable.Range(0, count).Select(i => first + i)];
    }
}
