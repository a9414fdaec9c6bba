using ContactPlatform.Testing;

namespace ContactPlatform.ServiceDefaults.Tests.Support;

/// <summary>A PostgreSQL of the tests of one class: a transaction that another test keeps open would hold their feed back.</summary>
public sealed class OwnPostgres : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await PostgresServer.StartAsync(CancellationToken.None);

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();
}
