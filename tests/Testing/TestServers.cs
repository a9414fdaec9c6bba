using System.Globalization;
using Microsoft.Data.SqlClient;

namespace ContactPlatform.Testing;

/// <summary>
/// The servers that all tests of one process share: one PostgreSQL (or the SQL Server that
/// <c>CONTACTPLATFORM_TEST_SQLSERVER</c> names) and one Redis, started by whoever asks first, stopped with the process.
/// </summary>
public static class TestServers
{
    private static readonly Lock _lock = new();
    private static Task<PostgresServer>? _postgres;
    private static readonly Dictionary<string, Task<RedisServer>> _redis = [];
    private static int _databases;

    static TestServers() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        Stop(_postgres);
        foreach (var server in _redis.Values)
        {
            Stop(server);
        }
    };

    /// <summary>The connection string of the SQL Server to test on; null: PostgreSQL.</summary>
    public static string? SqlServer { get; } = Environment.GetEnvironmentVariable("CONTACTPLATFORM_TEST_SQLSERVER") is { Length: > 0 } given ? given : null;

    /// <summary>Creates an empty database for one fixture.</summary>
    /// <param name="prefix">Begins its name: letters, digits, underscores; at most 30.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public static async Task<TestDatabase> CreateDatabaseAsync(string prefix, CancellationToken cancellationToken)
    {
        // On a SQL Server the databases stay, so the name must be new there in later processes as well.
        var name = string.Create(CultureInfo.InvariantCulture, $"{prefix}_{Environment.ProcessId}_{TimeProvider.System.GetUtcNow():yyyyMMddHHmmss}_{Interlocked.Increment(ref _databases)}");
        if (SqlServer is null)
        {
            return await PostgresDatabaseAsync(name, cancellationToken);
        }

        await using var connection = new SqlConnection(SqlServer);
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE [{name}]";
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new TestDatabase("SqlServer", new SqlConnectionStringBuilder(SqlServer) { InitialCatalog = name }.ConnectionString);
    }

    /// <summary>Creates an empty database on PostgreSQL, whatever the services' tests run on.</summary>
    /// <inheritdoc cref="CreateDatabaseAsync"/>
    public static async Task<TestDatabase> PostgresDatabaseAsync(string prefix, CancellationToken cancellationToken)
    {
        var server = await PostgresAsync();
        var name = string.Create(CultureInfo.InvariantCulture, $"{prefix}_{Interlocked.Increment(ref _databases)}");
        return new TestDatabase("PostgreSql", await server.CreateDatabaseAsync(name, cancellationToken));
    }

    /// <summary>The shared Redis: host and port, as StackExchange.Redis reads them. Tests keep apart by their keys.</summary>
    /// <param name="kind">As for <see cref="RedisServer.StartAsync"/>.</param>
    public static async Task<string> RedisAsync(string? kind = null)
    {
        kind ??= RedisServer.Kind;
        Task<RedisServer> server;
        lock (_lock)
        {
            if (!_redis.TryGetValue(kind, out server!))
            {
                // Not the first asker's token: its test may be cancelled while others wait for the same server.
                server = RedisServer.StartAsync(CancellationToken.None, kind: kind);
                _redis.Add(kind, server);
            }
        }

        return (await server).ConnectionString;
    }

    /// <summary>The shared PostgreSQL, also where the services' tests run on SQL Server.</summary>
    public static Task<PostgresServer> PostgresAsync()
    {
        lock (_lock)
        {
            return _postgres ??= PostgresServer.StartAsync(CancellationToken.None);
        }
    }

    private static void Stop<T>(Task<T>? server)
        where T : IAsyncDisposable
    {
        if (server is { IsCompletedSuccessfully: true })
        {
            server.Result.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));
        }
    }
}
