using ContactPlatform.LocalTools;
using Npgsql;

namespace ContactPlatform.Testing;

/// <summary>
/// A PostgreSQL cluster of its own. Most tests share <see cref="TestServers"/>'; start one here only to kill it.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);

    private readonly TestFolder _folder;
    private readonly ServerCommand _command;
    private ChildProcess _process;
    private bool _disposed;

    private PostgresServer(TestFolder folder, ServerCommand command, int port, string connectionString, SmallDisk? disk)
    {
        Disk = disk;
        _folder = folder;
        _command = command;
        Port = port;
        _process = Launch();
        ConnectionString = connectionString;
    }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The maintenance database, as superuser.</summary>
    public string ConnectionString { get; }

    /// <summary>Where its data are; null when that is the machine's own disk.</summary>
    public SmallDisk? Disk { get; }

    /// <summary>False when it has ended by itself.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts a cluster on a free port and waits until it answers; about a second.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <param name="durable">
    /// True leaves PostgreSQL's own settings as they are, so that a commit costs what it costs, and the data survive a
    /// restart.
    /// </param>
    /// <param name="diskBytes">Size of a disk of its own, which can be filled up; the machine's own disk when null.</param>
    /// <exception cref="InvalidOperationException">It did not start; the message has its output.</exception>
    public static async Task<PostgresServer> StartAsync(CancellationToken cancellationToken, bool durable = false, long? diskBytes = null)
    {
        await Postgres.EnsureAsync(Console.Error.WriteLine, cancellationToken);
        var (template, password) = await Postgres.TemplateAsync(cancellationToken);
        var folder = new TestFolder();
        var port = FreePort.Next();
        var place = Directory.CreateDirectory(Path.Combine(folder.Path, "disk")).FullName;
        var disk = diskBytes is { } bytes ? await SmallDisk.MountAsync(place, bytes, cancellationToken) : null;
        var command = Postgres.Command(Path.Combine(place, "data"), port, "", temporary: !durable, template);
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = Postgres.User,
            Password = password,
            Database = "postgres",
            IncludeErrorDetail = true,
        };
        var server = new PostgresServer(folder, disk?.On(command) ?? command, port, connection.ConnectionString, disk);
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

    /// <summary>Creates an empty database and returns its connection string.</summary>
    /// <param name="name">Letters, digits and underscores; must not exist.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE \"{name}\"", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>Stops a durable server at once, whoever is connected, and keeps its data.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _process.StopAsync(cancellationToken);

    /// <summary>Starts a stopped server on its data and waits until it answers.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        await _process.DisposeAsync();
        _process = Launch();
        NpgsqlConnection.ClearAllPools();
        await WaitUntilReadyAsync(cancellationToken);
    }

    /// <summary>Stops the server at once, whoever is connected, and removes its data. Once is enough.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        if (!_process.HasExited)
        {
            await _process.StopAsync(CancellationToken.None);
        }

        await _process.DisposeAsync();
        if (Disk is not null)
        {
            await Disk.DisposeAsync();
        }
        _folder.Dispose();
    }

    // TERM, so that the script behind it stops the server and removes temporary data even when this process is killed.
    private ChildProcess Launch() => ChildProcess.Start(_command.FileName, _command.Arguments, endSignal: "TERM");

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            _process.ThrowIf(_process.HasExited, "PostgreSQL was ready");
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString);
                await connection.OpenAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException e) when (e is not PostgresException || e.SqlState == PostgresErrorCodes.CannotConnectNow)
            {
                await Task.Delay(_poll, TimeProvider.System, cancellationToken);
            }
        }
    }
}
