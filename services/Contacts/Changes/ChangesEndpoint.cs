using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;

namespace ContactPlatform.Contacts.Changes;

/// <summary>Serves ChangesService. Each message is written before the next is read, so a slow reader holds nothing up but itself.</summary>
public sealed class ChangesEndpoint(FeedReader feed) : V1.ChangesService.ChangesServiceBase
{
    /// <inheritdoc/>
    public override async Task StreamChanges(V1.StreamChangesRequest request, IServerStreamWriter<V1.StreamChangesResponse> responseStream, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Check(OutboxRow.TryParse(request.AfterPosition, out var order, out var id), "after_position", "is no position of this feed; expected one that a change carried, or nothing");
        violations.ThrowIfAny();
        // So that a caller knows at once that it is heard, even while nothing happens.
        await context.WriteResponseHeadersAsync([]);
        await foreach (var (position, change) in feed.ReadAsync(order, id, V1.StreamChangesResponse.Parser, context.CancellationToken))
        {
            change.Position = position;
            await responseStream.WriteAsync(change, context.CancellationToken);
        }
    }
}
