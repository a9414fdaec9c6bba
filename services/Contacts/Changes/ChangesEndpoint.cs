using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;

namespace ContactPlatform.Contacts.Changes;

/// <summary>Serves Contacts' change feed.</summary>
public sealed class ChangesEndpoint(FeedReader feed) : V1.ChangesService.ChangesServiceBase
{
    /// <inheritdoc/>
    public override Task StreamChanges(V1.StreamChangesRequest request, IServerStreamWriter<V1.StreamChangesResponse> responseStream, ServerCallContext context) =>
        feed.SendAsync(request.AfterPosition, V1.StreamChangesResponse.Parser, (change, position) => change.Position = position, responseStream, context);
}
