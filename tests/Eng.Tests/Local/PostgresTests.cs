using System.Diagnostics;
using ContactPlatform.LocalTools;
using ContactPlatform.Testing;
using Npgsql;

namespace ContactPlatform.Eng.Tests.Local;

public sealed class PostgresTests : IDisposable
{
    private const string Password = "a-password";
    private readonly TestFolder _folder = new();
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(2));
    private readonly int _port = FreePort.Next();

    private CancellationToken Token => _timeout.Token;

    // With a space, as a home folder may have one.
    private string Data => Path.Combine(_folder.Path, "the data");

    [Fact]
    public async Task A_stop_does_not_wait_for_clients_and_the_data_is_there_again()
    {
        await using var first = await StartAsync();
        await using var client = await ConnectAsync(first);
        await ExecuteAsync(client, "CREATE TABLE kept (x int); INSERT INTO kept VALUES (1)");
        // It would wait for as long as the client stays: past the test's own limit.
        await first.StopAsync(Token);

        await using var second = await StartAsync();
        await using var again = await ConnectAsync(second);
        (await ExecuteAsync(again, "SELECT x FROM kept")).ShouldBe(1);
        await second.StopAsync(Token);
    }

    [Fact]
    public async Task A_killed_script_takes_its_server_along_and_does_not_prevent_the_next_start()
    {
        await using var first = await StartAsync();
        await using (var client = await ConnectAsync(first))
        {
            await ExecuteAsync(client, "CREATE TABLE kept (x int)");
        }

        await first.KillAsync(Token);
        await using var second = await StartAsync();
        await using var again = await ConnectAsync(second);
        await ExecuteAsync(again, "SELECT x FROM kept");
        await second.StopAsync(Token);
    }

    [Fact]
    public async Task A_killed_server_does_not_prevent_the_next_start()
    {
        await using var first = await StartAsync();
        await using (await ConnectAsync(first))
        {
            var server = Process.GetProcessById(int.Parse(File.ReadLines(PidFile).First(), null));
            server.Kill();
        }

        await first.WaitForExitAsync(Token);
        first.ExitCode.ShouldNotBe(0);
        File.Exists(PidFile).ShouldBeTrue();
        await using var second = await StartAsync();
        await using var again = await ConnectAsync(second);
        await second.StopAsync(Token);
    }

    [Fact]
    public async Task A_stale_pid_file_that_names_a_living_stranger_does_not_prevent_a_start()
    {
        await using (var first = await StartAsync())
        {
            await using (await ConnectAsync(first))
            {
            }

            await first.StopAsync(Token);
        }

        await File.WriteAllTextAsync(PidFile, $"{Environment.ProcessId}\n{Data}\n1\n{_port}\n\n127.0.0.1\n", Token);
        await using var second = await StartAsync();
        await using var again = await ConnectAsync(second);
        await second.StopAsync(Token);
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_is_refused_and_the_first_goes_on()
    {
        await using var first = await StartAsync();
        await using (await ConnectAsync(first))
        {
        }

        await using var second = await StartAsync(FreePort.Next());
        await second.WaitForExitAsync(Token);
        second.ExitCode.ShouldBe(1);
        second.Output.ShouldContain("another run of this clone is active");
        await using var still = await ConnectAsync(first);
        await first.StopAsync(Token);
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        await using var server = await StartAsync();
        await using (await ConnectAsync(server))
        {
        }

        await using var stranger = new NpgsqlConnection(ConnectionString("another"));
        (await Should.ThrowAsync<PostgresException>(stranger.OpenAsync(Token))).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
        await server.StopAsync(Token);
    }

    [Fact]
    public async Task A_temporary_server_removes_its_data()
    {
        await using var server = await StartAsync(temporary: true);
        await using (await ConnectAsync(server))
        {
        }

        await server.StopAsync(Token);
        Directory.Exists(Data).ShouldBeFalse();
    }

    public void Dispose()
    {
        _timeout.Dispose();
        _folder.Dispose();
    }

    private string PidFile => Path.Combine(Data, "postmaster.pid");

    private string ConnectionString(string password) =>
        $"Host=127.0.0.1;Port={_port};Username={Postgres.User};Password={password};Database=postgres;Pooling=false";

    private async Task<ChildProcess> StartAsync(int? port = null, bool temporary = false)
    {
        await Postgres.EnsureAsync(Console.Error.WriteLine, Token);
        var passwordFile = Path.Combine(_folder.Path, "password");
        await File.WriteAllTextAsync(passwordFile, Password, Token);
        var command = Postgres.Command(Data, port ?? _port, passwordFile, temporary);
        return ChildProcess.Start(command.FileName, command.Arguments, endSignal: "TERM");
    }

    private async Task<NpgsqlConnection> ConnectAsync(ChildProcess server)
    {
        await server.WaitForLineAsync(line => line.Contains("ready to accept connections", StringComparison.Ordinal), Token);
        var connection = new NpgsqlConnection(ConnectionString(Password));
        await connection.OpenAsync(Token);
        return connection;
    }

    private async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Token);
    }
}
