using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf;
using Grpc.Core;

namespace ContactPlatform.ServiceDefaults.Feeds;

/// <summary>What every service's ChangesService answers, each with messages of its own.</summary>
public static class FeedCalls
{
    /// <summary>Writes the changes after a position to a stream, without end.</summary>
    /// <param name="feed">This service's changes.</param>
    /// <param name="afterPosition">A position that the feed gave; empty for the beginning.</param>
    /// <param name="parser">Parser of the service's StreamChangesResponse.</param>
    /// <param name="place">Writes a change's position into it.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="context">The call.</param>
    /// <exception cref="RefusalException">INVALID_ARGUMENT: <c>after_position</c>. SERVICE_UNAVAILABLE: this service stops.</exception>
    public static async Task SendAsync<T>(this FeedReader feed, string afterPosition, MessageParser<T> parser, Action<T, string> place, IServerStreamWriter<T> stream, ServerCallContext context)
        where T : IMessage<T>
    {
        var (order, id) = Read(afterPosition);
        // Sent at once, so that the consumer knows that it is heard while there is nothing to tell.
        await context.WriteResponseHeadersAsync([]);
        await foreach (var (position, change) in feed.ReadAsync(order, id, parser, context.CancellationToken))
        {
            place(change, position);
            // Awaited one by one: a reader that stops reading stops this loop instead of filling memory.
            await stream.WriteAsync(change, context.CancellationToken);
        }
    }

    /// <summary>What a follower at a position has still before it, as <see cref="FeedReader.BacklogAsync"/>.</summary>
    /// <exception cref="RefusalException">INVALID_ARGUMENT: <c>after_position</c>.</exception>
    public static Task<(long Count, T? First, string Last)> BacklogAsync<T>(this FeedReader feed, string afterPosition, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        var (order, id) = Read(afterPosition);
        return feed.BacklogAsync(order, id, parser, cancellationToken);
    }

    private static (ulong Order, long Id) Read(string position)
    {
        var violations = new Violations();
        violations.Check(OutboxRow.TryParse(position, out var order, out var id), "after_position", "is not a position of this feed; expected one that it gave, or nothing");
        violations.ThrowIfAny();
        return (order, id);
    }
}
