using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Feeds;
using Grpc.Core;

namespace ContactPlatform.Sequences.Changes;

/// <summary>Serves Sequences' change feed.</summary>
public sealed class ChangesEndpoint(FeedReader feed) : ChangesService.ChangesServiceBase
{
    /// <inheritdoc/>
    public override Task StreamChanges(StreamChangesRequest request, IServerStreamWriter<StreamChangesResponse> responseStream, ServerCallContext context) =>
        feed.SendAsync(request.AfterPosition, StreamChangesResponse.Parser, (change, position) => change.Position = position, responseStream, context);

    /// <inheritdoc/>
    public override async Task<GetBacklogResponse> GetBacklog(GetBacklogRequest request, ServerCallContext context)
    {
        var (count, first, last) = await feed.BacklogAsync(request.AfterPosition, StreamChangesResponse.Parser, context.CancellationToken);
        return new() { ChangeCount = count, OldestChangeTime = first?.ChangeTime, LastPosition = last };
    }
}
