using System.Data.Common;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.V1;
using Grpc.Core;

namespace ContactPlatform.Testing;

/// <summary>
/// PostgreSQL, Redis, Contacts and Funnel of one's own, to be measured or hurt. Disposing stops all of them.
/// </summary>
public sealed class OwnStack : IAsyncDisposable
{
    private HostServers? _servers;

    private OwnStack(PostgresServer postgres, RedisServer redis) => (Postgres, Redis) = (postgres, redis);

    /// <summary>The database server.</summary>
    public PostgresServer Postgres { get; }

    /// <summary>The Redis; one that was killed is replaced by <see cref="StartRedisAgainAsync"/>.</summary>
    public RedisServer Redis { get; private set; }

    /// <summary>Contacts.</summary>
    public ContactsHost Contacts { get; private set; } = null!;

    /// <summary>Funnel and its replicas.</summary>
    public FunnelHost Funnel { get; private set; } = null!;

    /// <summary>All processes of services.</summary>
    public IEnumerable<ServiceHost> Services => Funnel.Replicas.Prepend(Contacts.Service);

    /// <summary>Call headers of <see cref="ContactsHost.Account"/>.</summary>
    public Metadata Headers { get; private set; } = null!;

    /// <summary>Contacts' contacts.</summary>
    public ContactService.ContactServiceClient ContactService => new(Contacts.Service.Channel);

    /// <summary>Contacts' labels.</summary>
    public LabelService.LabelServiceClient Labels => new(Contacts.Service.Channel);

    /// <summary>Contacts' imports.</summary>
    public ImportService.ImportServiceClient Imports => new(Contacts.Service.Channel);

    /// <summary>Stages, at the first replica.</summary>
    public StageService.StageServiceClient Stages => new(Funnel.Service.Channel);

    /// <summary>Label rules, at the first replica.</summary>
    public LabelRuleService.LabelRuleServiceClient Rules => new(Funnel.Service.Channel);

    /// <summary>Starts everything.</summary>
    /// <param name="replicas">Of Funnel; 0 leaves it out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="change">Changes what the services are told of the servers.</param>
    /// <param name="diskBytes">As for <see cref="PostgresServer.StartAsync"/>.</param>
    public static async Task<OwnStack> StartAsync(int replicas, CancellationToken cancellationToken, Func<PostgresServer, HostServers, HostServers>? change = null, long? diskBytes = null)
    {
        var stack = new OwnStack(await PostgresServer.StartAsync(cancellationToken, durable: true, diskBytes), await RedisServer.StartAsync(cancellationToken));
        try
        {
            var servers = HostServers.Own(stack.Postgres, stack.Redis);
            servers = change?.Invoke(stack.Postgres, servers) ?? servers;
            stack._servers = servers;
            // Without the gate: it takes time and memory that are measured here.
            stack.Contacts = await ContactsHost.StartAsync(cancellationToken, gate: false, servers, followsFunnel: replicas > 0);
            stack.Funnel = await FunnelHost.StartAsync(stack.Contacts, replicas, cancellationToken, gate: false, servers);
            stack.Headers = await stack.Contacts.HeadersAsync(ContactsHost.Account, cancellationToken);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gets a new token for <see cref="Headers"/>, which is good for 15 minutes.</summary>
    public async Task RenewHeadersAsync(CancellationToken cancellationToken)
    {
        Contacts.ForgetTokens();
        Headers = await Contacts.HeadersAsync(ContactsHost.Account, cancellationToken);
    }

    /// <summary>Starts another replica of Contacts, which nobody calls and which follows nobody: it takes up runs.</summary>
    public Task<ContactsHost> StartOtherContactsAsync(CancellationToken cancellationToken) =>
        ContactsHost.StartAsync(cancellationToken, gate: false, _servers, database: Contacts.Database);

    /// <summary>Starts a Deliverability beside the others, which whoever asked for it stops.</summary>
    public Task<DeliverabilityHost> StartDeliverabilityAsync(CancellationToken cancellationToken, IReadOnlyDictionary<string, string?>? settings = null) =>
        DeliverabilityHost.StartAsync(Contacts, 1, cancellationToken, gate: false, _servers, settings);

    /// <summary>Starts a Sequences beside the others, which whoever asked for it stops.</summary>
    public Task<SequencesHost> StartSequencesAsync(CancellationToken cancellationToken, IReadOnlyDictionary<string, string?>? settings = null) =>
        SequencesHost.StartAsync(Contacts, 1, cancellationToken, gate: false, _servers, settings);

    /// <summary>Starts a Redis, empty, where the one that was killed was.</summary>
    public async Task StartRedisAgainAsync(CancellationToken cancellationToken)
    {
        await Redis.DisposeAsync();
        Redis = await RedisServer.StartAsync(cancellationToken, Redis.Port);
    }

    /// <summary>Runs statements on a database, past all services, one after the other.</summary>
    public static async Task ExecuteAsync(TestDatabase database, CancellationToken cancellationToken, params string[] statements)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        foreach (var statement in statements)
        {
            await using var command = Command(connection, statement);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Asks a database for one number.</summary>
    public static async Task<long> NumberAsync(TestDatabase database, string question, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = Command(connection, question);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Funnel is not null)
        {
            await Funnel.DisposeAsync();
        }
        if (Contacts is not null)
        {
            await Contacts.DisposeAsync();
        }
        await Redis.DisposeAsync();
        await Postgres.DisposeAsync();
    }

    private static DbCommand Command(DbConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        // A million rows take their time.
        command.CommandTimeout = 0;
        return command;
    }
}
