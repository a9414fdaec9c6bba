using System.Runtime.CompilerServices;
using Grpc.Core;

namespace ContactPlatform.ServiceDefaults.Feeds;

/// <summary>Reads a feed in batches of what has arrived: while changes come one by one, each is a batch of its own.</summary>
public static class FeedBatches
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    /// <summary>Returns batches, never empty, until the stream ends.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="size">How much of the room a message takes; at least 1.</param>
    /// <param name="room">A batch is full at this much; a single message may exceed it.</param>
    /// <param name="idle">Done every 10 s while nothing arrives; null for nothing. What it throws ends the reading.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<IReadOnlyList<T>> ReadAsync<T>(IAsyncStreamReader<T> stream, Func<T, int> size, int room, Func<Task>? idle, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var next = stream.MoveNext(cancellationToken);
        while (await ArrivedAsync(next, idle, time, cancellationToken))
        {
            var (batch, taken) = (new List<T>(), 0);
            do
            {
                batch.Add(stream.Current);
                taken += size(stream.Current);
                next = stream.MoveNext(cancellationToken);
            }
            while (taken < room && next.IsCompletedSuccessfully && await next);
            yield return batch;
        }
    }

    private static async Task<bool> ArrivedAsync(Task<bool> next, Func<Task>? idle, TimeProvider time, CancellationToken cancellationToken)
    {
        while (idle is not null)
        {
            try
            {
                return await next.WaitAsync(Quiet, time, cancellationToken);
            }
            catch (TimeoutException) when (!next.IsCompleted)
            {
                await idle();
            }
        }
        return await next;
    }
}
