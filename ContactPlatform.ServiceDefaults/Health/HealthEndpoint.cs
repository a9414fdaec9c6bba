using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Hosting;
using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ContactPlatform.ServiceDefaults.Health;

/// <summary>Answers grpc.health.v1 from the same checks as the HTTP endpoint. Open to anybody, like it.</summary>
public sealed class HealthEndpoint(HealthCheckService checks, ScopeTable table, Stopping stopping) : Health.HealthBase
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        if (Known(request.Service))
        {
            return new() { Status = await StatusAsync(context.CancellationToken) };
        }
        // Not thrown: it is the contract's answer, and none of our own reasons.
        context.Status = new Status(StatusCode.NotFound, "unknown service");
        return new() { Status = HealthCheckResponse.Types.ServingStatus.ServiceUnknown };
    }

    /// <inheritdoc/>
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        HealthCheckResponse.Types.ServingStatus? last = null;
        while (true)
        {
            var status = Known(request.Service) ? await StatusAsync(context.CancellationToken) : HealthCheckResponse.Types.ServingStatus.ServiceUnknown;
            if (status != last)
            {
                await responseStream.WriteAsync(new() { Status = status }, context.CancellationToken);
                last = status;
            }
            await stopping.DelayAsync(Interval, context.CancellationToken);
        }
    }

    /// <summary>The server itself (empty name), or a service with at least one method here.</summary>
    private bool Known(string service) =>
        service.Length == 0 || table.Required.Keys.Any(m => m.StartsWith($"/{service}/", StringComparison.Ordinal));

    private async Task<HealthCheckResponse.Types.ServingStatus> StatusAsync(CancellationToken cancellationToken) =>
        (await checks.CheckHealthAsync(cancellationToken)).Status == HealthStatus.Unhealthy
            ? HealthCheckResponse.Types.ServingStatus.NotServing
            : HealthCheckResponse.Types.ServingStatus.Serving;
}
