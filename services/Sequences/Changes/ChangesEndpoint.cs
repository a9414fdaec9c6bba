using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;

namespace ContactPlatform.Sequences.Changes;

/// <summary>Serves Sequences' change feed.</summary>
public sealed class ChangesEndpoint(FeedReader feed) : ChangesService.ChangesServiceBase
{
    /// <inheritdoc/>
    public override async Task StreamChanges(StreamChangesRequest request, IServerStreamWriter<StreamChangesResponse> responseStream, ServerCallContext context)
    {
        var (order, id) = Read(request.AfterPosition);
        // Sent at once, so that the consumer knows that it is heard while there is nothing to tell.
        await context.WriteResponseHeadersAsync([]);
        await foreach (var (position, change) in feed.ReadAsync(order, id, StreamChangesResponse.Parser, context.CancellationToken))
        {
            change.Position = position;
            // Awaited one by one: a reader that stops reading stops this loop instead of filling memory.
            await responseStream.WriteAsync(change, context.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public override async Task<GetBacklogResponse> GetBacklog(GetBacklogRequest request, ServerCallContext context)
    {
        var (order, id) = Read(request.AfterPosition);
        var (count, first, last) = await feed.BacklogAsync(order, id, StreamChangesResponse.Parser, context.CancellationToken);
        return new() { ChangeCount = count, OldestChangeTime = first?.ChangeTime, LastPosition = last };
    }

    private static (ulong Order, long Id) Read(string position)
    {
        var violations = new Violations();
        violations.Check(OutboxRow.TryParse(position, out var order, out var id), "after_position", "is not a position of this feed; expected one that it gave, or nothing");
        violations.ThrowIfAny();
        return (order, id);
    }
}
