using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Orchestration;

internal sealed record HealthResult(string Key, HealthStatus? Status, string Description, string Exception, DateTimeOffset? At);

/// <summary>Runs the health checks of one resource while one of its processes runs. All replicas share the result.</summary>
internal sealed class HealthMonitor(IReadOnlyList<string> keys, HealthCheckService checks, TimeProvider clock, Func<bool> running, ChangeSignal changes, Action changed)
{
    private static readonly TimeSpan _first = TimeSpan.FromMilliseconds(200);
    // Whoever waits for a resource starts this much after it is healthy, at most.
    private static readonly TimeSpan _longest = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan _healthy = TimeSpan.FromSeconds(30);

    private IReadOnlyList<HealthResult> _results = Unknown(keys);

    public IReadOnlyList<HealthResult> Results => Volatile.Read(ref _results);

    /// <summary>Of the running resource; unhealthy until every check has run.</summary>
    public HealthStatus Status => Results.Select(r => r.Status ?? HealthStatus.Unhealthy).DefaultIfEmpty(HealthStatus.Healthy).Min();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = _first;
        while (keys.Count > 0)
        {
            var change = changes.Next;
            if (!running())
            {
                if (Results.Any(r => r.Status is not null))
                {
                    Publish(Unknown(keys));
                }

                pause = _first;
                await change.WaitAsync(cancellationToken);
                continue;
            }

            var report = await checks.CheckHealthAsync(check => keys.Contains(check.Name), cancellationToken);
            Publish([.. report.Entries.Select(e => new HealthResult(
                e.Key, e.Value.Status, e.Value.Description ?? "", e.Value.Exception?.ToString() ?? "", clock.GetUtcNow()))]);
            pause = Status == HealthStatus.Healthy ? _healthy : pause == _healthy ? _first : Min(2 * pause, _longest);
            await PauseAsync(pause, cancellationToken);
        }
    }

    /// <summary>Sleeps, but not past the end of the process.</summary>
    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sleep = Task.Delay(pause, clock, awake.Token);
        while (running())
        {
            var change = changes.Next;
            if (!running() || await Task.WhenAny(sleep, change) == sleep)
            {
                break;
            }
        }

        await awake.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Publish(IReadOnlyList<HealthResult> results)
    {
        Volatile.Write(ref _results, results);
        changed();
    }

    private static IReadOnlyList<HealthResult> Unknown(IEnumerable<string> keys) => [.. keys.Select(key => new HealthResult(key, null, "", "", null))];

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
