using System.Collections.Concurrent;
using System.Globalization;
using Aspire.DashboardService.Proto.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace ContactPlatform.AppHost.Tests.Standin;

/// <summary>An application in a process of its own, seen and commanded as its dashboard does.</summary>
public abstract class StandinStack : IAsyncDisposable
{
    private const string Key = "a-key-for-the-resource-service";
    private static int _stacks;

    private readonly CancellationTokenSource _end;
    private readonly ConcurrentDictionary<string, Resource> _resources = new();
    private readonly GrpcChannel _channel;
    private readonly string _mark = $"stack-{Environment.ProcessId}-{Interlocked.Increment(ref _stacks)}";
    private Task _watching = Task.CompletedTask;

    /// <param name="program">The application's assembly.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="limit">Ends whatever waits for it.</param>
    protected StandinStack(string program, IEnumerable<string> arguments, TimeSpan limit)
    {
        _end = new CancellationTokenSource(limit);
        var ports = Enumerable.Range(0, 3).Select(_ => FreePort.Next()).ToList();
        Frontend = new Uri($"http://localhost:{ports[0]}");
        Otlp = $"http://localhost:{ports[1]}";
        AppHost = ChildProcess.StartDotNet(
            program,
            arguments,
            new Dictionary<string, string?>
            {
                ["ASPNETCORE_URLS"] = Frontend.ToString(),
                ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = Otlp,
                ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = $"http://localhost:{ports[2]}",
                ["ASPIRE_DASHBOARD_RESOURCESERVICE_APIKEY"] = Key,
                ["ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN"] = "a-browser-token",
                ["DOTNET_ENVIRONMENT"] = "Development",
                ["STACK_MARK"] = _mark,
            });
        _channel = GrpcChannel.ForAddress($"http://localhost:{ports[2]}");
        Dashboard = new DashboardService.DashboardServiceClient(_channel);
    }

    public ChildProcess AppHost { get; }

    public DashboardService.DashboardServiceClient Dashboard { get; }

    public Uri Frontend { get; }

    public string Otlp { get; }

    public static Metadata Headers => new() { { "x-resource-service-api-key", Key } };

    public CancellationToken End => _end.Token;

    public IReadOnlyList<Resource> Replicas(string name) =>
        [.. _resources.Values.Where(r => r.DisplayName == name).OrderBy(r => r.Name, StringComparer.Ordinal)];

    public Resource The(string name) => Replicas(name).ShouldHaveSingleItem();

    public static int Pid(Resource resource) =>
        int.Parse(resource.Properties.Single(p => p.Name == "executable.pid").Value.StringValue, CultureInfo.InvariantCulture);

    /// <summary>Waits until all replicas satisfy the condition.</summary>
    public Task WaitAsync(string name, Predicate<Resource> condition) =>
        UntilAsync(() => Task.FromResult(Replicas(name) is { Count: > 0 } all && all.All(r => condition(r))));

    /// <summary>Waits until one replica satisfies the condition.</summary>
    public async Task<Resource> WaitForReplicaAsync(string id, Predicate<Resource> condition)
    {
        await UntilAsync(() => Task.FromResult(condition(_resources[id])));
        return _resources[id];
    }

    public async Task<ResourceCommandResponse> CommandAsync(string id, string command) =>
        await Dashboard.ExecuteResourceCommandAsync(
            new ResourceCommandRequest { ResourceName = id, CommandName = command }, Headers, cancellationToken: End);

    /// <summary>Every process that this stack started, directly or not, by the variable that they inherit.</summary>
    public IReadOnlyList<int> Processes() =>
    [
        .. Directory.GetDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => name!.All(char.IsAsciiDigit))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(IsOurs),
    ];

    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, End);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!AppHost.HasExited)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            await AppHost.StopAsync(patience.Token);
        }

        await _end.CancelAsync();
        await _watching;
        await AppHost.DisposeAsync();
        _channel.Dispose();
        _end.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Waits until the application says where its dashboard is, and follows its resources from there on.</summary>
    protected async Task FollowAsync()
    {
        await AppHost.WaitForLineAsync(line => line.Contains("Login to the dashboard", StringComparison.Ordinal), End);
        _watching = WatchAsync(Dashboard.WatchResources(new WatchResourcesRequest(), Headers, cancellationToken: End));
    }

    private async Task WatchAsync(AsyncServerStreamingCall<WatchResourcesUpdate> updates)
    {
        using (updates)
        {
            try
            {
                await foreach (var update in updates.ResponseStream.ReadAllAsync(End))
                {
                    foreach (var resource in update.InitialData?.Resources ?? update.Changes.Value.Select(c => c.Upsert))
                    {
                        _resources[resource.Name] = resource;
                    }
                }
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException)
            {
                // The application or the test ended.
            }
        }
    }

    private bool IsOurs(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/environ").Split('\0').Contains($"STACK_MARK={_mark}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while it was looked at, or it is somebody else's.
            return false;
        }
    }
}
