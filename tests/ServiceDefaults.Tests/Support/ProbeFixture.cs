using ContactPlatform.Testing;
using System.Security.Cryptography;

namespace ContactPlatform.ServiceDefaults.Tests.Support;

/// <summary>One replica on the shared servers, for the tests of one class.</summary>
public sealed class ProbeFixture : IAsyncLifetime
{
    public ProbeHost Host { get; private set; } = null!;

    public string Database { get; private set; } = "";

    public static string NewPrefix() => $"{RandomNumberGenerator.GetHexString(8)}:";

    public async Task InitializeAsync()
    {
        Database = await ProbeHost.CreateDatabaseAsync(null, CancellationToken.None);
        Host = await ProbeHost.StartAsync(Database, await TestServers.RedisAsync(), NewPrefix(), CancellationToken.None);
    }

    public async Task DisposeAsync() => await Host.DisposeAsync();
}

/// <summary>Waits for what comes soon.</summary>
public static class Eventually
{
    /// <summary>Asks every 20 ms until the answer is yes; fails with the description after a limit.</summary>
    public static async Task ShouldBeAsync(string description, Func<Task<bool>> holds, double seconds = 15)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(started).TotalSeconds > seconds)
            {
                throw new ShouldAssertException($"not within {seconds} s: {description}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public static Task ShouldBeAsync(string description, Func<bool> holds, double seconds = 15) =>
        ShouldBeAsync(description, () => Task.FromResult(holds()), seconds);
}
