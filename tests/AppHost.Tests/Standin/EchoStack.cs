using System.Globalization;
using System.Net.Http.Json;
using Aspire.DashboardService.Proto.V1;

namespace ContactPlatform.AppHost.Tests.Standin;

/// <summary>The application EchoAppHost in a process of its own.</summary>
public sealed class EchoStack : StandinStack
{
    private EchoStack(int diskPort, bool stubborn)
        : base(BuiltPrograms.Echo, [$"--DISK_PORT={diskPort}", $"--STUBBORN={(stubborn ? "yes" : "no")}"], TimeSpan.FromMinutes(3)) => DiskPort = diskPort;

    public int DiskPort { get; }

    /// <summary>Starts it; nothing is healthy yet.</summary>
    public static async Task<EchoStack> StartAsync(bool stubborn = false)
    {
        var stack = new EchoStack(FreePort.Next(), stubborn);
        try
        {
            await stack.FollowAsync();
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
        // Any of them answers for all: one may not listen yet.
        await UntilAsync(async () => (await PidsAsync("front-end")).Count == 2);
        return this;
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
}
