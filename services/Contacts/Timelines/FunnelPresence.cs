using ContactPlatform.ServiceDefaults.Health;
using Grpc.Core;

namespace ContactPlatform.Contacts.Timelines;

/// <summary>Finds out whether Funnel answers, so that a timeline can say when its newest moves may be missing.</summary>
/// <param name="health">Funnel's health service; null where Funnel's address is not configured.</param>
/// <param name="time">The clock.</param>
public sealed class FunnelPresence(Health.HealthClient? health, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>True when Funnel does not answer within a second, answers with an error, or is not known at all.</summary>
    public async Task<bool> IsAwayAsync(CancellationToken cancellationToken)
    {
        if (health is null)
        {
            return true;
        }
        try
        {
            var reply = await health.CheckAsync(new(), deadline: time.GetUtcNow().UtcDateTime + Limit, cancellationToken: cancellationToken);
            return reply.Status != HealthCheckResponse.Types.ServingStatus.Serving;
        }
        catch (RpcException) when (!cancellationToken.IsCancellationRequested)
        {
            return true;
        }
    }
}
