using System.Globalization;
using ContactPlatform.Contacts.V1;
using Grpc.Core;

namespace ContactPlatform.Testing;

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

    private ContactsHost(ServiceHost service, TestDatabase database, int funnelPort, int deliverabilityPort, int sequencesPort) =>
        (Service, Database, FunnelPort, DeliverabilityPort, SequencesPort) = (service, database, funnelPort, deliverabilityPort, sequencesPort);

    /// <summary>The process.</summary>
    public ServiceHost Service { get; }

    /// <summary>Its database.</summary>
    public TestDatabase Database { get; }

    /// <summary>Port on which it looks for a Funnel; 0 when it follows none.</summary>
    public int FunnelPort { get; }

    /// <summary>Port on which it looks for a Deliverability; 0 when it follows none.</summary>
    public int DeliverabilityPort { get; }

    /// <summary>Port on which it looks for a Sequences; 0 when it follows none.</summary>
    public int SequencesPort { get; }

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
    /// <param name="followsDeliverability">Whether it follows the Deliverability that is started with it later.</param>
    /// <param name="followsSequences">Whether it follows the Sequences that is started with it later.</param>
    public static async Task<ContactsHost> StartAsync(CancellationToken cancellationToken, bool gate = true, HostServers? servers = null, bool followsFunnel = false, string? erasureKey = ErasureKey, TestDatabase? database = null, bool followsDeliverability = false, bool followsSequences = false)
    {
        var funnelPort = followsFunnel ? FreePort.Next() : 0;
        var deliverabilityPort = followsDeliverability ? FreePort.Next() : 0;
        var sequencesPort = followsSequences ? FreePort.Next() : 0;
        servers ??= await HostServers.SharedAsync();
        database ??= await servers.CreateDatabaseAsync("contacts", cancellationToken);
        var service = await ServiceHost.StartAsync("Contacts", new Dictionary<string, string?>
        {
            ["Database__Provider"] = database.Provider,
            ["ConnectionStrings__contacts"] = servers.AsSeenByServices(database.ConnectionString),
            ["ConnectionStrings__redis"] = servers.Redis,
            ["Redis__KeyPrefix"] = RedisPrefix(database),
            ["Access__ServiceKey"] = ServiceKey,
            // A test waits until both have passed; a large set, where speed is measured, is given its time.
            ["Segments__TimeoutSeconds"] = "10",
            ["Segments__FreezeSeconds"] = gate ? "10" : null,
            ["Auth__Operators__Authority"] = servers.Operators?.Address.ToString(),
            ["Auth__Operators__Audience"] = "contactplatform",
            ["Erasure__Keys__1"] = erasureKey,
            ["Access__BootstrapKeys__1"] = ApiKey(Account),
            ["Access__BootstrapKeys__2"] = ApiKey(OtherAccount),
            ["services__funnel__grpc__0"] = followsFunnel ? string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{funnelPort}") : null,
            ["services__deliverability__grpc__0"] = followsDeliverability ? string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{deliverabilityPort}") : null,
            ["services__sequences__grpc__0"] = followsSequences ? string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{sequencesPort}") : null,
        }, cancellationToken, gate);
        return new ContactsHost(service, database, funnelPort, deliverabilityPort, sequencesPort);
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
