using System.Globalization;

namespace ContactPlatform.Testing;

/// <summary>Sequences as one or more processes (replicas on one database), beside a Contacts.</summary>
public sealed class SequencesHost : IAsyncDisposable
{
    private SequencesHost(IReadOnlyList<ServiceHost> replicas, TestDatabase database) => (Replicas, Database) = (replicas, database);

    /// <summary>The replicas.</summary>
    public IReadOnlyList<ServiceHost> Replicas { get; }

    /// <summary>The first replica.</summary>
    public ServiceHost Service => Replicas[0];

    /// <summary>Their database.</summary>
    public TestDatabase Database { get; }

    /// <summary>Starts Sequences on a fresh database, calling a running Contacts.</summary>
    /// <param name="contacts">The running Contacts.</param>
    /// <param name="replicas">Number of processes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="gate">As for <see cref="ServiceHost.StartAsync"/>.</param>
    /// <param name="servers">Where its database and its locks are, and who knows its operators; the shared ones and nobody when null.</param>
    /// <param name="settings">More of its configuration, as environment variables.</param>
    /// <param name="followed">Whether it is the one that Contacts looks for, and follows the Deliverability that Contacts looks for; false for another beside it.</param>
    public static async Task<SequencesHost> StartAsync(ContactsHost contacts, int replicas, CancellationToken cancellationToken, bool gate = true, HostServers? servers = null, IReadOnlyDictionary<string, string?>? settings = null, bool followed = true)
    {
        servers ??= await HostServers.SharedAsync();
        var database = await servers.CreateDatabaseAsync("sequences", cancellationToken);
        var environment = new Dictionary<string, string?>
        {
            ["Database__Provider"] = database.Provider,
            ["ConnectionStrings__sequences"] = servers.AsSeenByServices(database.ConnectionString),
            ["ConnectionStrings__redis"] = servers.Redis,
            ["Redis__KeyPrefix"] = ContactsHost.RedisPrefix(contacts.Database),
            ["services__contacts__grpc__0"] = contacts.Service.Grpc.ToString(),
            ["services__contacts__http__0"] = contacts.Service.Http.ToString(),
            ["Access__ServiceKey"] = ContactsHost.ServiceKey,
            ["services__deliverability__grpc__0"] = followed && contacts.DeliverabilityPort > 0 ? string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{contacts.DeliverabilityPort}") : null,
            ["Auth__Operators__Authority"] = servers.Operators?.Address.ToString(),
            ["Auth__Operators__Audience"] = "contactplatform",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string?>())
        {
            environment[name] = value;
        }
        var started = new List<ServiceHost>();
        for (var i = 0; i < replicas; i++)
        {
            started.Add(await ServiceHost.StartAsync("Sequences", environment, cancellationToken, gate, i == 0 && followed ? contacts.SequencesPort : 0));
        }
        return new SequencesHost(started, database);
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
