namespace ContactPlatform.Testing;

/// <summary>What the services of one stack are told of the world: their database server, their Redis, their operators.</summary>
/// <param name="CreateDatabaseAsync">Creates an empty database whose name begins as given.</param>
/// <param name="Redis">Host and port.</param>
public sealed record HostServers(Func<string, CancellationToken, Task<TestDatabase>> CreateDatabaseAsync, string Redis)
{
    /// <summary>Changes what the services are told of a database: a proxy between them and it, for one.</summary>
    public Func<string, string> AsSeenByServices { get; init; } = connectionString => connectionString;

    /// <summary>Who identifies operators, if anybody; the audience is <c>contactplatform</c>.</summary>
    public IdentityProvider? Operators { get; init; }

    /// <summary>Those that all tests of a process share.</summary>
    public static async Task<HostServers> SharedAsync() => new(TestServers.CreateDatabaseAsync, await TestServers.RedisAsync());

    /// <summary>Those of a stack's own.</summary>
    public static HostServers Own(PostgresServer postgres, RedisServer redis) =>
        new(async (name, cancellationToken) => new TestDatabase("PostgreSql", await postgres.CreateDatabaseAsync(name, cancellationToken)), redis.ConnectionString);
}
