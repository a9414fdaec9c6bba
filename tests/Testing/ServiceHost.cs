using System.Globalization;
using ContactPlatform.Contacts.V1;
using ContactPlatform.LocalTools;
using ContactPlatform.SqlServerGate;
using Grpc.Core;
using Grpc.Net.Client;

namespace ContactPlatform.Testing;

/// <summary>
/// A built service as a real process: on a database of its own, with its two ports, to be called, killed and started
/// again at the same addresses. Disposing kills it and fails when it logged an error that no test expected.
/// </summary>
public sealed class ServiceHost : IAsyncDisposable
{
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
    /// <param name="gate">False keeps SQL Server's translation out of the process, where its memory is measured.</param>
    /// <param name="grpcPort">Port of its gRPC endpoint, where others were told of it before; 0 for any.</param>
    public static async Task<ServiceHost> StartAsync(string service, IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken, bool gate = true, int grpcPort = 0)
    {
        var (grpc, http) = (grpcPort == 0 ? FreePort.Next() : grpcPort, FreePort.Next());
        var all = new Dictionary<string, string?>(environment)
        {
            ["GRPC_PORT"] = grpc.ToString(CultureInfo.InvariantCulture),
            ["HTTP_PORT"] = http.ToString(CultureInfo.InvariantCulture),
            ["DOTNET_ENVIRONMENT"] = "Production",
            // Has SQL Server's provider translate every LINQ query that the tests make the service run; a query that it
            // would not take is an error in the log, which fails the test below.
            ["DOTNET_STARTUP_HOOKS"] = gate ? Path.Combine(AppContext.BaseDirectory, "ContactPlatform.SqlServerGate.dll") : null,
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

    /// <summary>The service's program, in the configuration that the tests themselves were built in.</summary>
    private static string Assembly(string service)
    {
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        return Path.Combine(RepoRoot.Path, "services", service, "bin", configuration, "net10.0", $"ContactPlatform.{service}.dll");
    }
}

/// <summary>Contacts as a process, with two accounts that have an API key each.</summary>
public sealed class ContactsHost : IAsyncDisposable
{
    /// <summary>The service key that the services of a test share.</summary>
    public const string ServiceKey = "service-key-of-the-tests";

    /// <summary>The key of the hashes of erased addresses.</summary>
    public const string ErasureKey = "erasure-key-of-the-tests-32-characters";

    /// <summary>The account that tests use.</summary>
    public const long Account = 1;

    /// <summary>Another account, which must see nothing of the first.</summary>
    public const long OtherAccount = 2;

    private readonly Dictionary<long, string> _tokens = [];

    private ContactsHost(ServiceHost service, TestDatabase database, int funnelPort) => (Service, Database, FunnelPort) = (service, database, funnelPort);

    /// <summary>The process.</summary>
    public ServiceHost Service { get; }

    /// <summary>Its database.</summary>
    public TestDatabase Database { get; }

    /// <summary>Port on which it looks for a Funnel; 0 when it follows none.</summary>
    public int FunnelPort { get; }

    /// <summary>The key with which an account's tokens are got.</summary>
    public static string ApiKey(long account) => string.Create(CultureInfo.InvariantCulture, $"cp_{account:d45}");

    /// <summary>Keeps the locks of one Contacts and its Funnels apart from those of other tests on the shared Redis.</summary>
    public string RedisKeyPrefix => RedisPrefix(Database);

    /// <summary>The same for whoever has only the database.</summary>
    public static string RedisPrefix(TestDatabase contacts) => $"{contacts.ConnectionString.GetHashCode(StringComparison.Ordinal):x8}:";

    /// <summary>Starts Contacts on a fresh database.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="gate">As for <see cref="ServiceHost.StartAsync"/>.</param>
    /// <param name="servers">Where its database and its locks are, and who knows its operators; the shared ones and nobody when null.</param>
    /// <param name="followsFunnel">Whether it follows the Funnel that is started with it later.</param>
    /// <param name="erasureKey">The key of the hashes of erased addresses; null for none.</param>
    /// <param name="database">A database that another Contacts has used; a fresh one when null.</param>
    public static async Task<ContactsHost> StartAsync(CancellationToken cancellationToken, bool gate = true, HostServers? servers = null, bool followsFunnel = false, string? erasureKey = ErasureKey, TestDatabase? database = null)
    {
        var funnelPort = followsFunnel ? FreePort.Next() : 0;
        servers ??= await HostServers.SharedAsync();
        database ??= await servers.CreateDatabaseAsync("contacts", cancellationToken);
        var service = await ServiceHost.StartAsync("Contacts", new Dictionary<string, string?>
        {
            ["Database__Provider"] = database.Provider,
            ["ConnectionStrings__contacts"] = servers.AsSeenByServices(database.ConnectionString),
            ["ConnectionStrings__redis"] = servers.Redis,
            ["Redis__KeyPrefix"] = RedisPrefix(database),
            ["Access__ServiceKey"] = ServiceKey,
            // A test waits until it has passed.
            ["Segments__TimeoutSeconds"] = "10",
            ["Auth__Operators__Authority"] = servers.Operators?.Address.ToString(),
            ["Auth__Operators__Audience"] = "contactplatform",
            ["Erasure__Keys__1"] = erasureKey,
            ["Access__BootstrapKeys__1"] = ApiKey(Account),
            ["Access__BootstrapKeys__2"] = ApiKey(OtherAccount),
            ["services__funnel__grpc__0"] = followsFunnel ? string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{funnelPort}") : null,
        }, cancellationToken, gate);
        return new ContactsHost(service, database, funnelPort);
    }

    /// <summary>Returns a token of an account with all scopes; got once, and good for 15 minutes.</summary>
    public async Task<string> TokenAsync(long account, CancellationToken cancellationToken)
    {
        if (!_tokens.TryGetValue(account, out var token))
        {
            var access = new AccessService.AccessServiceClient(Service.Channel);
            token = (await access.ExchangeApiKeyAsync(new ExchangeApiKeyRequest { ApiKey = ApiKey(account) }, cancellationToken: cancellationToken)).AccessToken;
            _tokens[account] = token;
        }
        return token;
    }

    /// <summary>Has the next token of each account be a new one.</summary>
    public void ForgetTokens() => _tokens.Clear();

    /// <summary>Returns call headers with a token of an account.</summary>
    public async Task<Metadata> HeadersAsync(long account, CancellationToken cancellationToken) =>
        new() { { "authorization", $"Bearer {await TokenAsync(account, cancellationToken)}" } };

    /// <summary>Returns call headers of a service, with which change feeds are read.</summary>
    public async Task<Metadata> FeedHeadersAsync(CancellationToken cancellationToken)
    {
        var access = new AccessService.AccessServiceClient(Service.Channel);
        var token = (await access.ExchangeServiceKeyAsync(new() { ServiceKey = ServiceKey, Service = "test", AccountId = 0 }, cancellationToken: cancellationToken)).AccessToken;
        return new() { { "authorization", $"Bearer {token}" } };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Service.DisposeAsync();
}

/// <summary>Funnel as one or more processes (replicas on one database), beside a Contacts.</summary>
public sealed class FunnelHost : IAsyncDisposable
{
    private FunnelHost(IReadOnlyList<ServiceHost> replicas, TestDatabase database) => (Replicas, Database) = (replicas, database);

    /// <summary>The replicas.</summary>
    public IReadOnlyList<ServiceHost> Replicas { get; }

    /// <summary>The first replica.</summary>
    public ServiceHost Service => Replicas[0];

    /// <summary>Their database.</summary>
    public TestDatabase Database { get; }

    /// <summary>Starts Funnel on a fresh database, calling a running Contacts.</summary>
    /// <param name="contacts">The running Contacts.</param>
    /// <param name="replicas">Number of processes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="gate">As for <see cref="ServiceHost.StartAsync"/>.</param>
    /// <param name="servers">Where its database and its locks are, and who knows its operators; the shared ones and nobody when null.</param>
    public static async Task<FunnelHost> StartAsync(ContactsHost contacts, int replicas, CancellationToken cancellationToken, bool gate = true, HostServers? servers = null)
    {
        servers ??= await HostServers.SharedAsync();
        var database = await servers.CreateDatabaseAsync("funnel", cancellationToken);
        var environment = new Dictionary<string, string?>
        {
            ["Database__Provider"] = database.Provider,
            ["ConnectionStrings__funnel"] = servers.AsSeenByServices(database.ConnectionString),
            ["ConnectionStrings__redis"] = servers.Redis,
            ["Redis__KeyPrefix"] = ContactsHost.RedisPrefix(contacts.Database),
            ["services__contacts__grpc__0"] = contacts.Service.Grpc.ToString(),
            ["services__contacts__http__0"] = contacts.Service.Http.ToString(),
            ["Access__ServiceKey"] = ContactsHost.ServiceKey,
            ["Auth__Operators__Authority"] = servers.Operators?.Address.ToString(),
            ["Auth__Operators__Audience"] = "contactplatform",
        };
        var started = new List<ServiceHost>();
        for (var i = 0; i < replicas; i++)
        {
            started.Add(await ServiceHost.StartAsync("Funnel", environment, cancellationToken, gate, i == 0 ? contacts.FunnelPort : 0));
        }
        return new FunnelHost(started, database);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var replica in Replicas)
        {
            await replica.DisposeAsync();
        }
    }
}
