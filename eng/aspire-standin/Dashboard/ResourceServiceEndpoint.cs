using Aspire.DashboardService.Proto.V1;
using Aspire.Hosting.Orchestration;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using DashboardServiceBase = Aspire.DashboardService.Proto.V1.DashboardService.DashboardServiceBase;

namespace Aspire.Hosting.Dashboard;

/// <summary>The dashboard's view of the orchestrator.</summary>
internal sealed class ResourceServiceEndpoint(
    Orchestrator orchestrator,
    ResourceCommandService commands,
    AppHostMetadata metadata,
    IHostApplicationLifetime lifetime,
    TimeProvider clock) : DashboardServiceBase
{
    public override Task<ApplicationInformationResponse> GetApplicationInformation(ApplicationInformationRequest request, ServerCallContext context) =>
        Task.FromResult(new ApplicationInformationResponse
        {
            ApplicationName = metadata.Name.EndsWith(".AppHost", StringComparison.Ordinal) ? metadata.Name[..^".AppHost".Length] : metadata.Name,
        });

    public override async Task WatchResources(
        WatchResourcesRequest request, IServerStreamWriter<WatchResourcesUpdate> responseStream, ServerCallContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var seen = new Dictionary<string, long>();
        var first = true;
        while (!end.IsCancellationRequested)
        {
            var change = orchestrator.Changes.Next;
            var changed = orchestrator.Instances.Where(i => !seen.TryGetValue(i.Id, out var version) || version != i.State.Version).ToList();
            foreach (var instance in changed)
            {
                seen[instance.Id] = instance.State.Version;
            }

            var resources = changed.Select(ResourceProto.From);
            var update = new WatchResourcesUpdate();
            if (first)
            {
                update.InitialData = new InitialResourceData { Resources = { resources } };
            }
            else
            {
                update.Changes = new WatchResourcesChanges { Value = { resources.Select(r => new WatchResourcesChange { Upsert = r }) } };
            }

            if (first || changed.Count > 0)
            {
                await responseStream.WriteAsync(update, end.Token);
            }

            first = false;
            await change.WaitAsync(end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override async Task WatchResourceConsoleLogs(
        WatchResourceConsoleLogsRequest request, IServerStreamWriter<WatchResourceConsoleLogsUpdate> responseStream, ServerCallContext context)
    {
        var log = orchestrator.Instances.FirstOrDefault(i => i.Id == request.ResourceName)?.Log
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"Resource '{request.ResourceName}' not found."));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var last = 0;
        while (!end.IsCancellationRequested)
        {
            var change = log.Changes.Next;
            var lines = log.After(last);
            if (lines.Count > 0)
            {
                last = lines[^1].LineNumber;
                await responseStream.WriteAsync(
                    new WatchResourceConsoleLogsUpdate
                    {
                        LogLines = { lines.Select(l => new ConsoleLogLine { Text = l.Content, IsStdErr = l.IsErrorMessage, LineNumber = l.LineNumber }) },
                    },
                    end.Token);
            }

            if (request.SuppressFollow)
            {
                return;
            }

            await change.WaitAsync(end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override async Task<ResourceCommandResponse> ExecuteResourceCommand(ResourceCommandRequest request, ServerCallContext context)
    {
        var result = await commands.ExecuteCommandAsync(request.ResourceName, request.CommandName, context.CancellationToken);
        var response = new ResourceCommandResponse
        {
            Kind = result.Success ? ResourceCommandResponseKind.Succeeded
                : result.Canceled ? ResourceCommandResponseKind.Cancelled
                : ResourceCommandResponseKind.Failed,
        };
        if (result.Message is not null)
        {
            response.Message = result.Message;
        }

        if (response.Kind == ResourceCommandResponseKind.Failed)
        {
            response.ErrorMessage = result.Message ?? "failed";
        }

        return response;
    }

    public override async Task WatchInteractions(
        IAsyncStreamReader<WatchInteractionsRequestUpdate> requestStream,
        IServerStreamWriter<WatchInteractionsResponseUpdate> responseStream,
        ServerCallContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        await context.WriteResponseHeadersAsync([]);
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
