using System.Globalization;
using ContactPlatform.LocalTools;
using ContactPlatform.SqlServerGate;
using Grpc.Net.Client;

namespace ContactPlatform.Testing;

/// <summary>
/// A built service as a real process: on a database of its own, with its two ports, to be called, killed and started
/// again at the same addresses. Disposing kills it and fails when it logged an error that no test expected.
/// </summary>
public sealed class ServiceHost : IAsyncDisposable
{
    /// <summary>What the running suite tests, such as <c>Funnel</c>.</summary>
    private static readonly string? _suite =
        Directory.EnumerateFiles(AppContext.BaseDirectory, "ContactPlatform.*.Tests.dll").Select(f => Path.GetFileName(f).Split('.')[1]).SingleOrDefault();

    private readonly string _service;
    private readonly Dictionary<string, string?> _environment;
    private readonly List<string> _expectedErrors = [];

    private ServiceHost(string service, int grpcPort, int httpPort, Dictionary<string, string?> environment)
    {
        (_service, _environment) = (service, environment);
        Grpc = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{grpcPort}"));
        Http = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{httpPort}"));
        Channel = GrpcChannel.ForAddress(Grpc, new GrpcChannelOptions { MaxReceiveMessageSize = null });
    }

    /// <summary>Address of the gRPC endpoint.</summary>
    public Uri Grpc { get; }

    /// <summary>Address of the HTTP endpoint.</summary>
    public Uri Http { get; }

    /// <summary>A channel to the service, without credentials and without retries.</summary>
    public GrpcChannel Channel { get; }

    /// <summary>The running process.</summary>
    public ChildProcess Process { get; private set; } = null!;

    /// <summary>Starts a service and waits until it is healthy.</summary>
    /// <param name="service">Name of its project, such as <c>Funnel</c>.</param>
    /// <param name="environment">Its configuration, as environment variables.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="gate">False keeps SQL Server's translation out of the process, where its memory is measured. Services that another suite watches are without it in any case.</param>
    /// <param name="grpcPort">Port of its gRPC endpoint, where others were told of it before; 0 for any.</param>
    public static async Task<ServiceHost> StartAsync(string service, IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken, bool gate = true, int grpcPort = 0)
    {
        gate &= _suite == service || _suite == "ServiceDefaults";
        var (grpc, http) = (grpcPort == 0 ? FreePort.Next() : grpcPort, FreePort.Next());
        var all = new Dictionary<string, string?>(environment)
        {
            ["GRPC_PORT"] = grpc.ToString(CultureInfo.InvariantCulture),
            ["HTTP_PORT"] = http.ToString(CultureInfo.InvariantCulture),
            ["DOTNET_ENVIRONMENT"] = environment.GetValueOrDefault("DOTNET_ENVIRONMENT") ?? "Production",
            // Has SQL Server's provider translate every LINQ query that the tests make the service run; a query that it
            // would not take is an error in the log, which fails the test below.
            ["DOTNET_STARTUP_HOOKS"] = gate ? Path.Combine(AppContext.BaseDirectory, "ContactPlatform.SqlServerGate.dll") : null,
            // A short life, so no profile of it; where speed is measured, as in production.
            ["DOTNET_TieredPGO"] = Configuration == "Debug" ? "0" : null,
            [CallSites.Folder] = gate ? QuerySites.Folder : null,
            ["Logging__Console__FormatterName"] = "simple",
            ["Logging__Console__FormatterOptions__SingleLine"] = "true",
        };
        var host = new ServiceHost(service, grpc, http, all);
        await host.StartAgainAsync(cancellationToken);
        return host;
    }

    /// <summary>Starts the process (again, after it was killed) at the same addresses and waits until it is healthy.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        Process = ChildProcess.StartDotNet(Assembly(_service), [], _environment);
        await Process.WaitForHealthAsync(new Uri(Http, "/health"), cancellationToken);
    }

    /// <summary>Stops the process as an orchestrator does, and says how long that took.</summary>
    public async Task<TimeSpan> StopAsync(CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        await Process.StopAsync(cancellationToken);
        return TimeProvider.System.GetElapsedTime(started);
    }

    /// <summary>Says that the log may hold errors with this text, because a test provokes them.</summary>
    public void ExpectErrors(string containing) => _expectedErrors.Add(containing);

    /// <summary>Resident memory of the process, in bytes.</summary>
    public long ResidentBytes() => Status("VmRSS:");

    /// <summary>The most that the resident memory was since the start or since <see cref="ForgetPeak"/>, in bytes.</summary>
    public long PeakBytes() => Status("VmHWM:");

    /// <summary>Lets the peak begin anew at what is resident now.</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{Process.Id}/clear_refs", "5");

    private long Status(string name)
    {
        var line = File.ReadLines($"/proc/{Process.Id}/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await Process.DisposeAsync();
        if (_environment["DOTNET_STARTUP_HOOKS"] is not null && Process.Lines.Count > 0 && !Process.Lines.Any(l => l == "info: SqlServerGate watches"))
        {
            throw new InvalidOperationException($"{_service} ran without the gate that gives its queries to SQL Server's provider:\n{Process.Output}");
        }
        var unexpected = Process.Lines.Where(l => (l.StartsWith("fail:", StringComparison.Ordinal) || l.StartsWith("crit:", StringComparison.Ordinal))
            && !_expectedErrors.Any(e => l.Contains(e, StringComparison.Ordinal))).ToList();
        if (unexpected.Count > 0)
        {
            throw new InvalidOperationException($"{_service} logged errors that no test expected:\n{string.Join('\n', unexpected.Take(10))}");
        }
    }

    /// <summary>The configuration that the tests themselves were built in.</summary>
    private static string Configuration =>
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    private static string Assembly(string service) =>
        Path.Combine(RepoRoot.Path, "services", service, "bin", Configuration, "net10.0", $"ContactPlatform.{service}.dll");
}
