using System.Net.Sockets;
using ContactPlatform.LocalTools;

namespace ContactPlatform.Testing;

/// <summary>
/// A Redis server of its own: Garnet, or Debian's redis-server when <c>CONTACTPLATFORM_TEST_REDIS=server</c>. Most
/// tests share <see cref="TestServers"/>'; start one here only to take it away.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(20);

    private readonly TestFolder _folder;

    private RedisServer(TestFolder folder, ChildProcess process, int port)
    {
        _folder = folder;
        Process = process;
        Port = port;
    }

    /// <summary>The kinds of server that this machine has: Garnet always, Debian's where it is installed.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "redis-server")))
            ? ["garnet", "server"] : ["garnet"];

    /// <summary>The kind that tests get who name none.</summary>
    public static string Kind { get; } = Environment.GetEnvironmentVariable("CONTACTPLATFORM_TEST_REDIS") is { Length: > 0 } kind ? kind : "garnet";

    /// <summary>To kill, freeze and thaw.</summary>
    public ChildProcess Process { get; }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Host and port, as StackExchange.Redis reads them.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>Starts a server and waits until it answers; well under a second.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <param name="port">A free one when null; give one to bring a server back where it was.</param>
    /// <param name="kind">One of <see cref="Kinds"/>; <see cref="Kind"/> when null.</param>
    /// <exception cref="InvalidOperationException">It did not start; the message has its output.</exception>
    public static async Task<RedisServer> StartAsync(CancellationToken cancellationToken, int? port = null, string? kind = null)
    {
        var onPort = port ?? FreePort.Next();
        var folder = new TestFolder();
        var command = await CommandAsync(kind ?? Kind, folder.Path, onPort, cancellationToken);
        var server = new RedisServer(folder, ChildProcess.Start(command.FileName, command.Arguments), onPort);
        try
        {
            await server.WaitUntilReadyAsync(cancellationToken);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        return server;
    }

    /// <summary>Kills the server.</summary>
    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<ServerCommand> CommandAsync(string kind, string folder, int port, CancellationToken cancellationToken)
    {
        switch (kind)
        {
            case "server":
                return new("redis-server", ["--bind", "127.0.0.1", "--port", $"{port}", "--dir", folder, "--save", "", "--appendonly", "no"]);
            case "garnet":
                await Garnet.EnsureAsync(Console.Error.WriteLine, cancellationToken);
                return Garnet.Command(folder, port);
            default:
                throw new InvalidOperationException($"kind of Redis server is \"{kind}\": garnet or server is expected");
        }
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Process.ThrowIf(Process.HasExited, "the Redis server was ready");
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", Port, cancellationToken);
                var stream = client.GetStream();
                await stream.WriteAsync("PING\r\n"u8.ToArray(), cancellationToken);
                var reply = new byte[1];
                await stream.ReadExactlyAsync(reply, cancellationToken);
                if (reply[0] == '+')
                {
                    return;
                }
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // Not listening yet.
            }

            await Task.Delay(_poll, TimeProvider.System, cancellationToken);
        }
    }
}
