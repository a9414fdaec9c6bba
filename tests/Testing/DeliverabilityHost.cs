using System.Globalization;
using ContactPlatform.MailSink;

namespace ContactPlatform.Testing;

/// <summary>Deliverability as one or more processes (replicas on one database), beside a Contacts.</summary>
public sealed class DeliverabilityHost : IAsyncDisposable
{
    /// <summary>The key of all that mails carry.</summary>
    public const string MailKey = "a secret of tests for what mails carry";

    private DeliverabilityHost(IReadOnlyList<ServiceHost> replicas, TestDatabase database, SmtpSink mail) => (Replicas, Database, Mail) = (replicas, database, mail);

    /// <summary>The replicas.</summary>
    public IReadOnlyList<ServiceHost> Replicas { get; }

    /// <summary>The first replica.</summary>
    public ServiceHost Service => Replicas[0];

    /// <summary>Their database.</summary>
    public TestDatabase Database { get; }

    /// <summary>The mail server that takes what they send.</summary>
    public SmtpSink Mail { get; }

    /// <summary>Starts Deliverability on a fresh database, calling a running Contacts.</summary>
    /// <param name="contacts">The running Contacts.</param>
    /// <param name="replicas">Number of processes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="gate">As for <see cref="ServiceHost.StartAsync"/>.</param>
    /// <param name="servers">Where its database and its locks are, and who knows its operators; the shared ones and nobody when null.</param>
    /// <param name="settings">More of its configuration, as environment variables.</param>
    /// <param name="followed">Whether it is the one that Contacts looks for, and follows the Sequences that Contacts looks for; false for another beside it.</param>
    public static async Task<DeliverabilityHost> StartAsync(ContactsHost contacts, int replicas, CancellationToken cancellationToken, bool gate = true, HostServers? servers = null, IReadOnlyDictionary<string, string?>? settings = null, bool followed = true)
    {
        servers ??= await HostServers.SharedAsync();
        var database = await servers.CreateDatabaseAsync("deliverability", cancellationToken);
        var mail = new SmtpSink();
        var environment = new Dictionary<string, string?>
        {
            ["Smtp__Host"] = "127.0.0.1",
            ["Smtp__Port"] = mail.Port.ToString(CultureInfo.InvariantCulture),
            ["Smtp__Tls"] = "None",
            ["Smtp__CommandLimit"] = "00:00:02",
            ["Smtp__EndLimit"] = "00:00:02",
            // Soon enough for tests that wait for it.
            ["Sending__Lease"] = "00:00:02",
            ["Sending__Delays__0"] = "00:00:00.1",
            ["Sending__Delays__1"] = "00:00:00.2",
            ["Mail__Keys__1"] = MailKey,
            ["Mail__BounceDomain"] = "bounces.example",
            ["Mail__PublicUrl"] = "https://mail.example",
            ["Database__Provider"] = database.Provider,
            ["ConnectionStrings__deliverability"] = servers.AsSeenByServices(database.ConnectionString),
            ["ConnectionStrings__redis"] = servers.Redis,
            // Two of one name would take turns at following Contacts.
            ["Redis__KeyPrefix"] = ContactsHost.RedisPrefix(contacts.Database) + (followed ? "" : "beside:"),
            ["services__contacts__grpc__0"] = contacts.Service.Grpc.ToString(),
            ["services__contacts__http__0"] = contacts.Service.Http.ToString(),
            ["Access__ServiceKey"] = ContactsHost.ServiceKey,
            ["Erasure__Keys__1"] = ContactsHost.ErasureKey,
            ["Secrets__Keys__1"] = ContactsHost.ErasureKey,
            // A test waits for it.
            ["Deliverability__SweepSeconds"] = "1",
            // Tests receive on this machine, and wait for what is tried again.
            ["Webhooks__AllowedNetworks__0"] = "127.0.0.1/32",
            ["Webhooks__Timeout"] = "00:00:01",
            ["Webhooks__Lease"] = "00:00:02",
            ["Webhooks__Delays__0"] = "00:00:00.1",
            ["Webhooks__Delays__1"] = "00:00:00.2",
            ["services__funnel__grpc__0"] = contacts.FunnelPort > 0 ? string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{contacts.FunnelPort}") : null,
            ["services__sequences__grpc__0"] = followed && contacts.SequencesPort > 0 ? string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{contacts.SequencesPort}") : null,
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
            started.Add(await ServiceHost.StartAsync("Deliverability", environment, cancellationToken, gate, i == 0 && followed ? contacts.DeliverabilityPort : 0));
        }
        return new DeliverabilityHost(started, database, mail);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var replica in Replicas)
        {
            await replica.DisposeAsync();
        }
        await Mail.DisposeAsync();
    }
}
