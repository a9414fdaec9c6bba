using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.Extensions.Hosting;

namespace ContactPlatform.ServiceDefaults.Hosting;

/// <summary>
/// How calls that never end by themselves wait, so that they end when the service is told to stop: the server waits for
/// open calls before anything else stops, and two services that follow each other would wait for one another.
/// </summary>
public sealed class Stopping(IHostApplicationLifetime lifetime, ServiceName service, TimeProvider time)
{
    /// <summary>Waits.</summary>
    /// <param name="delay">How long.</param>
    /// <param name="cancellationToken">The call's.</param>
    /// <exception cref="RefusalException">SERVICE_UNAVAILABLE: the service stops.</exception>
    public async Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await Task.Delay(delay, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new RefusalException(new Refusal(CommonReasons.ServiceUnavailable, $"{service.Value} is stopping; call again") { RetryAfter = TimeSpan.FromSeconds(1) }.With("service", service.Value));
        }
    }
}
