using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;

namespace ContactPlatform.Funnel.Changes;

/// <summary>Serves Funnel's change feed.</summary>
public sealed class ChangesEndpoint(FeedReader feed) : ChangesService.ChangesServiceBase
{
    /// <inheritdoc/>
    public override async Task StreamChanges(StreamChangesRequest request, IServerStreamWriter<StreamChangesResponse> responseStream, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Check(OutboxRow.TryParse(request.AfterPosition, out var order, out var id), "after_position", "is not a position of this feed; expected one that it gave, or nothing");
        violations.ThrowIfAny();
        // Sent at once, so that the consumer knows that it is heard while there is nothing to tell.
        await context.WriteResponseHeadersAsync([]);
        await foreach (var (position, change) in feed.ReadAsync(order, id, StreamChangesResponse.Parser, context.CancellationToken))
        {
            change.Position = position;
            // Awaited one by one: a reader that stops reading stops this loop instead of filling memory.
            await responseStream.WriteAsync(change, context.CancellationToken);
        }
    }
}
