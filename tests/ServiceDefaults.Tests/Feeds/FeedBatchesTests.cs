using System.Threading.Channels;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;

namespace ContactPlatform.ServiceDefaults.Tests.Feeds;

public sealed class FeedBatchesTests
{
    [Fact]
    public async Task A_batch_is_what_has_arrived_up_to_its_room_and_all_of_it_comes_in_order()
    {
        var feed = new Feed();
        foreach (var number in Enumerable.Range(1, 10))
        {
            feed.Add(number);
        }
        await using var batches = Read(feed, room: 6, idle: null);
        (await NextAsync(batches)).ShouldBe([1, 2, 3]);
        (await NextAsync(batches)).ShouldBe([4, 5]);
        (await NextAsync(batches)).ShouldBe([6]);
        (await NextAsync(batches)).ShouldBe([7]);
        (await NextAsync(batches)).ShouldBe([8]);
        (await NextAsync(batches)).ShouldBe([9]);
        (await NextAsync(batches)).ShouldBe([10]);
        // One that is alone does not wait for others.
        feed.Add(2);
        (await NextAsync(batches)).ShouldBe([2]);
        feed.End(null);
        (await batches.MoveNextAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task What_came_before_a_fault_is_a_batch_and_then_the_fault_is_thrown()
    {
        var feed = new Feed();
        feed.Add(1);
        feed.End(new IOException("cut"));
        await using var batches = Read(feed, room: 10, idle: null);
        (await NextAsync(batches)).ShouldBe([1]);
        await Should.ThrowAsync<IOException>(async () => await batches.MoveNextAsync());
    }

    [Fact]
    public async Task While_nothing_comes_it_is_asked_whether_to_go_on()
    {
        var (feed, clock, asked) = (new Feed(), new Testing.FakeTime(DateTimeOffset.UnixEpoch), 0);
        await using var batches = Read(feed, room: 10, () => ++asked < 3 ? Task.CompletedTask : throw new OperationCanceledException("moved"), clock);
        var next = batches.MoveNextAsync().AsTask();
        for (var i = 0; i < 1000 && !next.IsCompleted; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }
        await Should.ThrowAsync<OperationCanceledException>(next);
        asked.ShouldBe(3);
    }

    private static IAsyncEnumerator<IReadOnlyList<int>> Read(Feed feed, int room, Func<Task>? idle, TimeProvider? time = null) =>
        FeedBatches.ReadAsync(feed, n => n, room, idle, time ?? TimeProvider.System, CancellationToken.None).GetAsyncEnumerator();

    private static async Task<IReadOnlyList<int>> NextAsync(IAsyncEnumerator<IReadOnlyList<int>> batches)
    {
        (await batches.MoveNextAsync()).ShouldBeTrue();
        return batches.Current;
    }

    private sealed class Feed : IAsyncStreamReader<int>
    {
        private readonly Channel<int> _numbers = Channel.CreateUnbounded<int>();

        public int Current { get; private set; }

        public void Add(int number) => _numbers.Writer.TryWrite(number).ShouldBeTrue();

        public void End(Exception? fault) => _numbers.Writer.Complete(fault);

        public Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (_numbers.Reader.TryRead(out var number))
            {
                Current = number;
                return Task.FromResult(true);
            }
            return WaitAsync(cancellationToken);
        }

        private async Task<bool> WaitAsync(CancellationToken cancellationToken)
        {
            if (!await _numbers.Reader.WaitToReadAsync(cancellationToken))
            {
                return false;
            }
            Current = await _numbers.Reader.ReadAsync(cancellationToken);
            return true;
        }
    }
}
