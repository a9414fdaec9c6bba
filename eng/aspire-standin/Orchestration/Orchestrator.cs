using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Starts everything with the host, and stops it with the host: what waited for another stops before it.</summary>
internal sealed partial class Orchestrator(
    IReadOnlyList<IResource> resources,
    ChildSpecs specs,
    DashboardSettings dashboardSettings,
    AppHostMetadata metadata,
    IServiceProvider services,
    TimeProvider clock,
    ILogger<Orchestrator> logger) : IHostedService, IAsyncDisposable
{
    // The whole must be down within ten seconds, and the last in line needs some of them.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _patienceInAll = TimeSpan.FromSeconds(8);

    private readonly CancellationTokenSource _stopping = new();
    private readonly List<TcpProxy> _proxies = [];
    private readonly List<Task> _background = [];
    private Dictionary<IResource, ResourceRun> _runs = [];
    private Guardian? _guardian;
    private ResourceServiceHost? _resourceService;
    private ChildProcess? _dashboard;
    private bool _disposed;

    public ChangeSignal Changes { get; } = new();

    public IEnumerable<Instance> Instances => _runs.Values.SelectMany(run => run.Instances);

    public ResourceRun Of(IResource resource) => _runs[resource];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        LogStarting(logger, metadata.Directory);
        _guardian = Guardian.Start();
        _runs = resources.ToDictionary(resource => resource, CreateRun);
        foreach (var run in _runs.Values)
        {
            OpenEndpoints(run);
            _background.Add(run.Health.RunAsync(_stopping.Token));
        }

        foreach (var instance in Instances)
        {
            if (instance.Resource is IValueProvider provider)
            {
                var value = await provider.GetValueAsync(cancellationToken);
                instance.Update(Changes, s => s with { Value = value });
            }
        }

        await StartDashboardAsync(cancellationToken);
        foreach (var instance in Instances.Where(i => HasProcess(i.Resource) && !i.Resource.Annotations.OfType<ExplicitStartAnnotation>().Any()))
        {
            await StartInstanceAsync(instance, cancellationToken);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        var end = clock.GetUtcNow() + _patienceInAll;
        var stops = new Dictionary<ResourceRun, Task>();
        await Task.WhenAll(_runs.Values.Select(Stop));
        if (_dashboard is not null)
        {
            await _dashboard.StopAsync(_patience);
        }

        // Waiting is without cycles: one would never have started.
        Task Stop(ResourceRun run)
        {
            if (!stops.TryGetValue(run, out var stop))
            {
                var waiting = _runs.Values
                    .Where(other => other.Resource.Annotations.OfType<WaitAnnotation>().Any(w => w.For == run.Resource)).ToList();
                stops[run] = stop = StopAfterAsync(run, Task.WhenAll(waiting.Select(Stop)));
            }

            return stop;
        }

        async Task StopAfterAsync(ResourceRun run, Task others)
        {
            await others;
            var left = end - clock.GetUtcNow();
            await Task.WhenAll(run.Instances.Select(i =>
                StopInstanceAsync(i, left < _patience ? (left > TimeSpan.Zero ? left : TimeSpan.Zero) : _patience, CancellationToken.None)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The container knows this object twice, as itself and as a hosted service.
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await _stopping.CancelAsync();
        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }

        if (_resourceService is not null)
        {
            await _resourceService.DisposeAsync();
        }

        await Task.WhenAll(_background).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _dashboard?.Dispose();
        if (_guardian is not null)
        {
            await _guardian.DisposeAsync();
        }

        _stopping.Dispose();
    }

    private static bool HasProcess(IResource resource) => resource is ProjectResource or ExecutableResource;

    private ResourceRun CreateRun(IResource resource)
    {
        ResourceRun? run = null;
        var keys = resource.Annotations.OfType<HealthCheckAnnotation>().Select(a => a.Key).ToList();
        run = new ResourceRun(resource)
        {
            Health = new HealthMonitor(
                keys,
                services.GetRequiredService<HealthCheckService>(),
                clock,
                () => run!.Instances.Any(i => i.State.IsRunning),
                Changes,
                () => run!.Instances.ForEach(i => i.Update(Changes, state => state))),
        };
        var replicas = resource.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Count ?? 1;
        var state = HasProcess(resource) ? KnownResourceStates.NotStarted : KnownResourceStates.Running;
        for (var i = 0; i < replicas; i++)
        {
            var id = HasProcess(resource) ? $"{resource.Name}-{RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 8)}" : resource.Name;
            run.Instances.Add(new Instance(resource, id, run, new LogBuffer(clock), clock.GetUtcNow(), state));
        }

        return run;
    }

    private void OpenEndpoints(ResourceRun run)
    {
        foreach (var endpoint in run.Resource.Annotations.OfType<EndpointAnnotation>())
        {
            if (endpoint.IsProxied)
            {
                var proxy = new TcpProxy(endpoint.Port, Targets, logger);
                _proxies.Add(proxy);
                endpoint.Port = proxy.Port;
            }
            else
            {
                endpoint.Port ??= endpoint.TargetPort ?? Ports.Free();
            }

            IReadOnlyList<int> Targets() => [.. run.Instances.Where(i => i.State.IsRunning).Select(i => i.TargetPorts[endpoint.Name])];
        }
    }

    private async Task StartDashboardAsync(CancellationToken cancellationToken)
    {
        _resourceService = await ResourceServiceHost.StartAsync(this, services, dashboardSettings, metadata, cancellationToken);
        if (metadata.Dashboard is not { } program)
        {
            LogNoDashboard(logger);
            return;
        }

        _dashboard = DashboardProcess.Start(program, dashboardSettings, _guardian!, clock, logger);
        _background.Add(WatchDashboardAsync(_dashboard));
        LogDashboard(logger, dashboardSettings.LoginUrl);

        async Task WatchDashboardAsync(ChildProcess dashboard)
        {
            var exitCode = await dashboard.Exited;
            if (!_stopping.IsCancellationRequested)
            {
                LogDashboardEnded(logger, exitCode);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Distributed application starting. Application host directory is: {Directory}")]
    private static partial void LogStarting(ILogger logger, string directory);

    [LoggerMessage(Level = LogLevel.Information, Message = "Login to the dashboard at {Url}")]
    private static partial void LogDashboard(ILogger logger, string url);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The dashboard's program is missing; eng/feed/make-feed.mjs unpacks it. Going on without.")]
    private static partial void LogNoDashboard(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "The dashboard ended with exit code {ExitCode}; its output is at log level Debug. Going on without.")]
    private static partial void LogDashboardEnded(ILogger logger, int exitCode);
}
