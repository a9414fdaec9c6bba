using ContactPlatform.ServiceDefaults.Requests;

namespace ContactPlatform.ServiceDefaults.Tests.Requests;

public sealed class BatcherTests : IDisposable
{
    private readonly List<int[]> batches = [];
    private readonly SemaphoreSlim gate = new(0);

    public void Dispose() => gate.Dispose();

    private Batcher<int, string> Open(int lanes, int most) => new("test", lanes, most, async asks =>
    {
        lock (batches)
        {
            batches.Add([.. asks]);
        }
        await gate.WaitAsync();
        return asks.Contains(13) ? throw new InvalidOperationException("13") : [.. asks.Select(a => $"{a}")];
    });

    [Fact]
    public async Task What_comes_while_the_lanes_are_busy_goes_together_in_its_order()
    {
        var batcher = Open(lanes: 1, most: 3);
        var answers = Enumerable.Range(1, 6).Select(i => batcher.AskAsync(i, default)).ToList();
        gate.Release(3);

        (await Task.WhenAll(answers)).ShouldBe(["1", "2", "3", "4", "5", "6"]);
        batches.ShouldBe([[1], [2, 3, 4], [5, 6]]);
        gate.Release();
        (await batcher.AskAsync(7, default)).ShouldBe("7");
    }

    [Fact]
    public async Task Lanes_are_at_work_at_the_same_time()
    {
        var batcher = Open(lanes: 2, most: 10);
        var answers = Enumerable.Range(1, 4).Select(i => batcher.AskAsync(i, default)).ToList();
        batches.ShouldBe([[1], [2]]);
        gate.Release(4);
        (await Task.WhenAll(answers)).ShouldBe(["1", "2", "3", "4"]);
    }

    [Fact]
    public async Task A_failed_batch_fails_its_own_and_no_other()
    {
        var batcher = Open(lanes: 1, most: 2);
        var answers = new[] { 1, 12, 13, 14 }.Select(i => batcher.AskAsync(i, default)).ToList();
        gate.Release(3);

        (await answers[0]).ShouldBe("1");
        foreach (var failed in answers[1..3])
        {
            (await Should.ThrowAsync<InvalidOperationException>(failed)).Message.ShouldBe("13");
        }
        (await answers[3]).ShouldBe("14");
    }

    [Fact]
    public async Task Who_gives_up_before_the_batch_begins_is_left_out()
    {
        using var gaveUp = new CancellationTokenSource();
        var batcher = Open(lanes: 1, most: 10);
        var first = batcher.AskAsync(1, default);
        var second = batcher.AskAsync(2, gaveUp.Token);
        var third = batcher.AskAsync(3, default);
        await gaveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(second);
        gate.Release(2);

        (await Task.WhenAll(first, third)).ShouldBe(["1", "3"]);
        batches.ShouldBe([[1], [3]]);
    }
}
