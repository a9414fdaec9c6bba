using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ContactPlatform.Contacts.V1;
using ContactPlatform.LocalTools;
using ContactPlatform.Testing;
using Grpc.Net.Client;

namespace ContactPlatform.Bench;

/// <summary>
/// `./dev run` when everything is built and the database exists, until everything is healthy and a call is served;
/// against four services that do nothing, started the same way: by an AppHost, with PostgreSQL on data that exist,
/// Garnet, health checks and the dashboard. What the processes alone cost, all started at once, is shown beside it.
/// </summary>
internal static class StartBench
{
    private const int Services = 4;

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        BenchRun.Progress("both once, to build what is missing and to create the databases");
        await DevRunAsync(cancellationToken);
        await EmptyHostAsync(cancellationToken);
        await using var postgres = await PostgresServer.StartAsync(cancellationToken, durable: true);
        await postgres.StopAsync(cancellationToken);
        var (work, limit) = (new List<double>(), new List<double>());
        for (var round = 1; round <= run.Rounds; round++)
        {
            work.Add(await DevRunAsync(cancellationToken));
            BenchRun.Sample("./dev run", work[^1], "s");
            limit.Add(await EmptyHostAsync(cancellationToken));
            BenchRun.Sample("empty services", limit[^1], "s");
            BenchRun.Sample("  their processes alone", await ProcessesAsync(postgres, cancellationToken), "s");
        }
        return Outcome.ByTurns(work, limit, "s");
    }

    private static string EmptyHost => Program("eng/empty/host", "EmptyHost");

    private static string EmptyService => Program("eng/empty/service", "EmptyService");

    private static async Task<double> DevRunAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await using var dev = ChildProcess.Start("bash", [Path.Combine(RepoRoot.Path, "dev"), "run"], endSignal: "TERM");
        await dev.WaitForLineAsync(l => l.StartsWith("Everything is up", StringComparison.Ordinal), cancellationToken);
        var addresses = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(Path.Combine(RepoRoot.LocalFolder, "data", "addresses.json"), cancellationToken))!;
        var token = dev.Lines.Select(l => l.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries)).First(w => w is ["token", _])[1];
        using var channel = GrpcChannel.ForAddress(addresses["contacts"]);
        await new LabelService.LabelServiceClient(channel).ListLabelsAsync(new(), new() { { "authorization", $"Bearer {token}" } }, cancellationToken: cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await dev.StopAsync(cancellationToken);
        return seconds;
    }

    private static async Task<double> EmptyHostAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await using var host = ChildProcess.StartDotNet(EmptyHost, [Path.Combine(RepoRoot.LocalFolder, "empty")], new Dictionary<string, string?> { ["DOTNET_ENVIRONMENT"] = "Development" });
        await host.WaitForLineAsync(l => l == "Everything is up.", cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await host.StopAsync(cancellationToken);
        return seconds;
    }

    private static string Program(string folder, string name) => Path.Combine(RepoRoot.Path, folder, "bin", "Release", "net10.0", $"ContactPlatform.{name}.dll");

    private static async Task<double> ProcessesAsync(PostgresServer postgres, CancellationToken cancellationToken)
    {
        var processes = new List<ChildProcess>();
        try
        {
            var started = Stopwatch.GetTimestamp();
            var redis = RedisServer.StartAsync(cancellationToken);
            var waits = new List<Task> { redis, postgres.StartAgainAsync(cancellationToken) };
            for (var i = 0; i < Services; i++)
            {
                var port = FreePort.Next().ToString(CultureInfo.InvariantCulture);
                var process = ChildProcess.StartDotNet(EmptyService, [], new Dictionary<string, string?> { ["GRPC_PORT"] = FreePort.Next().ToString(CultureInfo.InvariantCulture), ["HTTP_PORT"] = port });
                processes.Add(process);
                waits.Add(process.WaitForHealthAsync(new Uri($"http://127.0.0.1:{port}/"), cancellationToken));
            }
            await Task.WhenAll(waits);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            await (await redis).DisposeAsync();
            return seconds;
        }
        finally
        {
            foreach (var process in processes)
            {
                await process.DisposeAsync();
            }
            await postgres.StopAsync(CancellationToken.None);
        }
    }
}
