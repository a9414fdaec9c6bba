using System.Globalization;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.ServiceDefaults.Tests.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.ServiceDefaults.Tests.Support;

/// <summary>A service made with ServiceDefaults as all are, in this process, on real servers: one replica of "probe".</summary>
public sealed class ProbeHost : IAsyncDisposable
{
    private static int _databases;
    private readonly WebApplication _app;

    private ProbeHost(WebApplication app, Logs logs, int grpcPort, int httpPort)
    {
        (_app, Logs) = (app, logs);
        Grpc = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{grpcPort}"));
        Http = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{httpPort}"));
        Channel = GrpcChannel.ForAddress(Grpc);
        Client = new ProbeService.ProbeServiceClient(Channel);
    }

    public static TestTokens Tokens { get; } = new("probe-1");

    public Logs Logs { get; }

    public Uri Grpc { get; }

    public Uri Http { get; }

    public GrpcChannel Channel { get; }

    public ProbeService.ProbeServiceClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public Behaviours Behaviours => Get<Behaviours>();

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public static Metadata Bearer(string? token = null) => new() { { "authorization", $"Bearer {token ?? Tokens.Token(ProbeEndpoint.ReadScope)}" } };

    /// <summary>Makes the tables in a fresh database.</summary>
    public static async Task<string> CreateDatabaseAsync(PostgresServer? server, CancellationToken cancellationToken)
    {
        var connectionString = server is null
            ? (await TestServers.PostgresDatabaseAsync("probe", cancellationToken)).ConnectionString
            : await server.CreateDatabaseAsync(string.Create(CultureInfo.InvariantCulture, $"probe_{Interlocked.Increment(ref _databases)}"), cancellationToken);
        await using var db = new ProbeDbContext(new DbContextOptionsBuilder<ProbeDbContext>().UseNpgsql(connectionString).Options, new CurrentAccount());
        await db.Database.EnsureCreatedAsync(cancellationToken);
        return connectionString;
    }

    /// <summary>Starts a replica.</summary>
    /// <param name="database">Connection string of a database with the tables.</param>
    /// <param name="redis">Host and port.</param>
    /// <param name="prefix">Before every key in Redis: replicas with different ones do not see each other's leases.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="configure">What a test adds.</param>
    /// <param name="provider">Value of Database:Provider.</param>
    public static async Task<ProbeHost> StartAsync(string database, string redis, string prefix, CancellationToken cancellationToken, Action<WebApplicationBuilder>? configure = null, string provider = "PostgreSql")
    {
        var logs = new Logs();
        var (grpc, http) = (FreePort.Next(), FreePort.Next());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["GRPC_PORT"] = grpc.ToString(CultureInfo.InvariantCulture),
            ["HTTP_PORT"] = http.ToString(CultureInfo.InvariantCulture),
            ["Database:Provider"] = provider,
            ["ConnectionStrings:probe"] = database,
            ["ConnectionStrings:redis"] = redis,
            ["Redis:KeyPrefix"] = prefix,
        });
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSingleton(new PlatformKeys(kid => kid.Length == 0 || kid == Tokens.Key.KeyId ? [Tokens.Key] : []));
        builder.Services.AddSingleton<Behaviours>();
        builder.AddServiceDefaults("probe", ProbeEndpoint.Table);
        builder.AddPlatformDatabase<ProbeDbContext, SqlServerProbeDbContext>("probe");
        // The frameworks as well, as somebody who looks for a fault would have them: nothing secret may be told even then.
        builder.Logging.AddFilter("Microsoft", LogLevel.Trace).AddFilter("Grpc", LogLevel.Trace);
        configure?.Invoke(builder);
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<ProbeEndpoint>();
        await app.StartAsync(cancellationToken);
        return new ProbeHost(app, logs, grpc, http);
    }

    /// <summary>Works on the database as an account.</summary>
    public async Task<T> WithDbAsync<T>(long account, Func<ProbeDbContext, Task<T>> work)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = account;
        return await work(scope.ServiceProvider.GetRequiredService<ProbeDbContext>());
    }

    /// <summary>Stops as a service does that is told to.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
