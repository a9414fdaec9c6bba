using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using Aspire.DashboardService.Proto.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace ContactPlatform.AppHost.Tests.Standin;

/// <summary>The application EchoAppHost in a process of its own, seen as its dashboard sees it.</summary>
public sealed class EchoStack : IAsyncDisposable
{
    private const string Key = "a-key-for-the-resource-service";
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);
    private static int _stacks;

    private readonly CancellationTokenSource _end = new(_limit);
    private readonly ConcurrentDictionary<string, Resource> _resources = new();
    private readonly GrpcChannel _channel;
    private readonly string _mark = $"stack-{Environment.ProcessId}-{Interlocked.Increment(ref _stacks)}";
    private Task _watching = Task.CompletedTask;

    private EchoStack(bool stubborn)
    {
        var ports = Enumerable.Range(0, 4).Select(_ => FreePort.Next()).ToList();
        Frontend = new Uri($"http://localhost:{ports[0]}");
        Otlp = $"http://localhost:{ports[1]}";
        DiskPort = ports[3];
        AppHost = ChildProcess.StartDotNet(
            BuiltPrograms.Echo,
            [$"--DISK_PORT={DiskPort}", $"--STUBBORN={(stubborn ? "yes" : "no")}"],
            new Dictionary<string, string?>
            {
                ["ASPNETCORE_URLS"] = Frontend.ToString(),
                ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = Otlp,
                ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = $"http://localhost:{ports[2]}",
                ["ASPIRE_DASHBOARD_RESOURCESERVICE_APIKEY"] = Key,
                ["ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN"] = "a-browser-token",
                ["DOTNET_ENVIRONMENT"] = "Development",
                ["ECHO_MARK"] = _mark,
            });
        _channel = GrpcChannel.ForAddress($"http://localhost:{ports[2]}");
        Dashboard = new DashboardService.DashboardServiceClient(_channel);
    }

    public ChildProcess AppHost { get; }

    public DashboardService.DashboardServiceClient Dashboard { get; }

    public Uri Frontend { get; }

    public string Otlp { get; }

    public int DiskPort { get; }

    public static Metadata Headers => new() { { "x-resource-service-api-key", Key } };

    public CancellationToken End => _end.Token;

    /// <summary>Starts it; nothing is healthy yet.</summary>
    public static async Task<EchoStack> StartAsync(bool stubborn = false)
    {
        var stack = new EchoStack(stubborn);
        try
        {
            await stack.AppHost.WaitForLineAsync(line => line.Contains("Login to the dashboard", StringComparison.Ordinal), stack.End);
            var updates = stack.Dashboard.WatchResources(new WatchResourcesRequest(), Headers, cancellationToken: stack.End);
            stack._watching = stack.WatchAsync(updates);
            await stack.WaitAsync("back", r => r.State == "Running");
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets back be healthy, and waits for the two replicas that wait for it.</summary>
    public async Task<EchoStack> UpAsync()
    {
        using var client = Client("back");
        await UntilAsync(async () =>
        {
            try
            {
                return (await client.PostAsync("healthy?value=true", null, End)).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                // Its process is there but does not listen yet.
                return false;
            }
        });
        await WaitAsync("front-end", r => r.State == "Running" && r.HealthReports.All(h => h is { HasStatus: true, Status: HealthStatus.Healthy }));
        return this;
    }

    public IReadOnlyList<Resource> Replicas(string name) =>
        [.. _resources.Values.Where(r => r.DisplayName == name).OrderBy(r => r.Name, StringComparer.Ordinal)];

    public Resource The(string name) => Replicas(name).ShouldHaveSingleItem();

    /// <summary>Waits until all replicas satisfy the condition.</summary>
    public Task WaitAsync(string name, Predicate<Resource> condition) =>
        UntilAsync(() => Task.FromResult(Replicas(name) is { Count: > 0 } all && all.All(r => condition(r))));

    /// <summary>Waits until one replica satisfies the condition.</summary>
    public async Task<Resource> WaitForReplicaAsync(string id, Predicate<Resource> condition)
    {
        await UntilAsync(() => Task.FromResult(condition(_resources[id])));
        return _resources[id];
    }

    /// <summary>Talks to a service through its public address, each request over a connection of its own.</summary>
    public HttpClient Client(string name)
    {
        var address = Replicas(name)[0].Urls[0].FullUrl + "/";
        return new HttpClient { BaseAddress = new Uri(address), DefaultRequestHeaders = { ConnectionClose = true } };
    }

    public async Task<Dictionary<string, string>> EnvironmentAsync(string name)
    {
        using var client = Client(name);
        return (await client.GetFromJsonAsync<Dictionary<string, string>>("environment", End))!;
    }

    /// <summary>The process ids behind a service's address, asked so often that none is missed.</summary>
    public async Task<IReadOnlyCollection<int>> PidsAsync(string name)
    {
        using var client = Client(name);
        var pids = new SortedSet<int>();
        for (var i = 0; i < 8; i++)
        {
            pids.Add(int.Parse(await client.GetStringAsync("pid", End), CultureInfo.InvariantCulture));
        }

        return pids;
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
            return File.ReadAllText($"/proc/{pid}/environ").Split('\0').Contains($"ECHO_MARK={_mark}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while it was looked at, or it is somebody else's.
            return false;
        }
    }
}
