namespace ContactPlatform.LocalTools;

/// <summary>Garnet, a Redis-compatible server that comes as a .NET tool.</summary>
public static class Garnet
{
    private const string Version = "2.2.5";
    private static readonly ToolFolder _folder = new("garnet");

    /// <summary>Fetches the tool when it is missing; costs under a millisecond when it is not. Safe in several processes at once.</summary>
    /// <param name="progress">Gets one line when there is something to wait for.</param>
    /// <param name="cancellationToken">Stops the fetch; the next call starts it afresh.</param>
    /// <exception cref="InvalidOperationException">The SDK failed; the message has its words.</exception>
    public static Task EnsureAsync(Action<string> progress, CancellationToken cancellationToken) =>
        _folder.EnsureAsync(
            Version,
            () =>
            {
                progress("Fetching Garnet (.NET tool, about 30 MB) ...");
                return _folder.RunAsync(
                    DotNet, ["tool", "install", "--tool-path", _folder.Path, "garnet-server", "--version", Version], _folder.Path, cancellationToken);
            },
            cancellationToken);

    /// <summary>
    /// Runs a server on 127.0.0.1 that keeps everything in memory: leases and wake-ups may vanish with it. Takes 64 MB
    /// at most for its data. Call <see cref="EnsureAsync"/> before.
    /// </summary>
    /// <param name="dataFolder">Nothing is written there, but the server insists on a place for checkpoints.</param>
    /// <param name="port">A free TCP port.</param>
    public static ServerCommand Command(string dataFolder, int port) => new(
        DotNet,
        [
            // Not the tool's own launcher: it looks for .NET in fixed places, and DOTNET_ROOT may not be set.
            Path.Combine(_folder.Path, ".store", "garnet-server", Version, "garnet-server", Version, "tools", "net10.0", "any", "GarnetServer.dll"),
            "--bind", "127.0.0.1",
            "--port", $"{port}",
            // Releasing a lease compares its token in a script.
            "--lua", "true",
            "--memory", "64m", "--page", "1m", "--index", "1m",
            "--checkpointdir", dataFolder,
            "--logger-level", "Warning",
            "-q",
        ]);

    private static string DotNet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
}
