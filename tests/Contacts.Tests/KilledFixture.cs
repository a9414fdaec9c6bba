using ContactPlatform.Testing;

namespace ContactPlatform.Contacts.Tests;

/// <summary>A Contacts that tests kill, one after the other; each starts it again. What they count is of their own making, or of their account.</summary>
public sealed class KilledFixture : IAsyncLifetime
{
    public ContactsHost Host { get; private set; } = null!;

    public async Task InitializeAsync() => Host = await ContactsHost.StartAsync(CancellationToken.None);

    public Task DisposeAsync() => Host.DisposeAsync().AsTask();
}

/// <summary>All tests that kill it.</summary>
[CollectionDefinition(Name)]
public sealed class KilledCollection : ICollectionFixture<KilledFixture>
{
    public const string Name = "killed";
}
