using Aspire.DashboardService.Proto.V1;

namespace ContactPlatform.AppHost.Tests.Standin;

/// <summary>What a person can do to resources, and what happens to them. One application for all; each leaves it up.</summary>
public sealed class CommandTests(CommandTests.Stack fixture) : IClassFixture<CommandTests.Stack>
{
    private readonly EchoStack _echo = fixture.Echo;

    [Fact]
    public async Task Connections_spread_over_the_replicas_that_run()
    {
        (await _echo.PidsAsync("front-end")).Count.ShouldBe(2);
        var (first, second) = (_echo.Replicas("front-end")[0].Name, _echo.Replicas("front-end")[1]);

        (await _echo.CommandAsync(first, "stop")).Kind.ShouldBe(ResourceCommandResponseKind.Succeeded);
        (await _echo.PidsAsync("front-end")).ShouldHaveSingleItem().ShouldBe(StandinStack.Pid(second));
        var stopped = await _echo.WaitForReplicaAsync(first, r => r.State == "Finished");
        Enabled(stopped).ShouldBe(["start"]);

        await ComesBackAsync(first);
    }

    [Fact]
    public async Task A_killed_process_is_shown_and_not_started_again_by_itself()
    {
        var victim = _echo.Replicas("front-end")[0];
        using (var process = System.Diagnostics.Process.GetProcessById(StandinStack.Pid(victim)))
        {
            process.Kill();
        }

        var dead = await _echo.WaitForReplicaAsync(victim.Name, r => r.State == "Finished");
        dead.Properties.Single(p => p.Name == "resource.exitCode").Value.NumberValue.ShouldBe(128 + 9);
        (await _echo.PidsAsync("front-end")).Count.ShouldBe(1);
        dead.State.ShouldBe("Finished");
        await ComesBackAsync(victim.Name);
    }

    [Fact]
    public async Task Restart_replaces_the_process()
    {
        var before = _echo.The("back");
        (await _echo.CommandAsync(before.Name, "restart")).Kind.ShouldBe(ResourceCommandResponseKind.Succeeded);
        var after = await _echo.WaitForReplicaAsync(before.Name, r => r.State == "Running");
        StandinStack.Pid(after).ShouldNotBe(StandinStack.Pid(before));
        await _echo.UpAsync();
    }

    [Fact]
    public async Task A_resource_that_waits_can_be_stopped_and_started_by_hand()
    {
        var later = _echo.The("later").Name;
        (await _echo.CommandAsync(later, "start")).Kind.ShouldBe(ResourceCommandResponseKind.Succeeded);
        await _echo.WaitForReplicaAsync(later, r => r.State == "Running");

        // back starts unhealthy, so that what waits for it waits again.
        var (back, front) = (_echo.The("back").Name, _echo.Replicas("front-end")[0].Name);
        await _echo.CommandAsync(back, "restart");
        await _echo.CommandAsync(front, "restart");
        await _echo.WaitForReplicaAsync(front, r => r.State == "Waiting");
        (await _echo.CommandAsync(front, "stop")).Kind.ShouldBe(ResourceCommandResponseKind.Succeeded);
        await _echo.WaitForReplicaAsync(front, r => r.State == "Finished");
        (await _echo.CommandAsync(front, "start")).Kind.ShouldBe(ResourceCommandResponseKind.Succeeded);
        await _echo.UpAsync();
    }

    [Fact]
    public async Task Own_commands_run_and_write_into_the_resource_log()
    {
        var back = _echo.The("back");
        var greet = back.Commands.Single(c => c.Name == "greet");
        greet.DisplayName.ShouldBe("Greet");
        greet.ConfirmationMessage.ShouldBe("Really?");
        var response = await _echo.CommandAsync(back.Name, "greet");
        response.Kind.ShouldBe(ResourceCommandResponseKind.Succeeded);
        response.Message.ShouldBe("greeted " + back.Name);
        using var logs = _echo.Dashboard.WatchResourceConsoleLogs(
            new WatchResourceConsoleLogsRequest { ResourceName = back.Name, SuppressFollow = true }, StandinStack.Headers, cancellationToken: _echo.End);
        (await logs.ResponseStream.MoveNext(_echo.End)).ShouldBeTrue();
        logs.ResponseStream.Current.LogLines.ShouldContain(l => l.Text.EndsWith("Hello from " + back.Name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("fail", "as asked")]
    [InlineData("throw", "thrown as asked")]
    [InlineData("start", "Command 'start' is not possible while '*' is Running.")]
    [InlineData("dance", "Command 'dance' not available for resource '*'.")]
    public async Task A_command_that_fails_says_why(string command, string message)
    {
        var back = _echo.The("back").Name;
        var response = await _echo.CommandAsync(back, command);
        response.Kind.ShouldBe(ResourceCommandResponseKind.Failed);
        response.Message.ShouldBe(message.Replace("*", back, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_needs_the_id_of_a_replica()
    {
        var response = await _echo.CommandAsync("back", "stop");
        response.Kind.ShouldBe(ResourceCommandResponseKind.Failed);
        response.Message.ShouldBe("Resource 'back' not found.");
    }

    /// <summary>Starts a replica by hand, and waits until connections reach it.</summary>
    private async Task ComesBackAsync(string replica)
    {
        (await _echo.CommandAsync(replica, "start")).Kind.ShouldBe(ResourceCommandResponseKind.Succeeded);
        await _echo.WaitForReplicaAsync(replica, r => r.State == "Running");
        await _echo.UntilAsync(async () => (await _echo.PidsAsync("front-end")).Count == 2);
    }

    private static IEnumerable<string> Enabled(Resource resource) =>
        resource.Commands.Where(c => c.State == ResourceCommandState.Enabled).Select(c => c.Name);

    public sealed class Stack : IAsyncLifetime
    {
        public EchoStack Echo { get; private set; } = null!;

        public async Task InitializeAsync() => Echo = await (await EchoStack.StartAsync()).UpAsync();

        public async Task DisposeAsync() => await Echo.DisposeAsync();
    }
}
