using ContactPlatform.Testing;
using Grpc.Core;

namespace ContactPlatform.Contacts.Tests;

/// <summary>A Contacts whose lock server is away from the start, and that has no key of erased addresses.</summary>
public sealed class BareFixture : IAsyncLifetime
{
    public ContactsHost Host { get; private set; } = null!;

    /// <summary>Headers of <see cref="ContactsHost.Account"/>.</summary>
    public Metadata Headers { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var servers = (await HostServers.SharedAsync()) with { Redis = $"127.0.0.1:{FreePort.Next()}" };
        Host = await ContactsHost.StartAsync(CancellationToken.None, gate: false, servers, erasureKey: null);
        Headers = await Host.HeadersAsync(ContactsHost.Account, CancellationToken.None);
    }

    public Task DisposeAsync() => Host.DisposeAsync().AsTask();
}

/// <summary>All tests of what it lacks.</summary>
[CollectionDefinition(Name)]
public sealed class BareCollection : ICollectionFixture<BareFixture>
{
    public const string Name = "bare";
}
