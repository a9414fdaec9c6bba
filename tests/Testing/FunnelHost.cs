namespace ContactPlatform.Testing;

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
    /// <param name="port">Port of the first, where others than Contacts were told of it before; 0 for that which Contacts was told.</param>
    public static async Task<FunnelHost> StartAsync(ContactsHost contacts, int replicas, CancellationToken cancellationToken, bool gate = true, HostServers? servers = null, int port = 0)
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
            started.Add(await ServiceHost.StartAsync("Funnel", environment, cancellationToken, gate, i == 0 ? port == 0 ? contacts.FunnelPort : port : 0));
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
