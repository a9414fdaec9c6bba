using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ContactPlatform.AppHost.Tests.Standin;

/// <summary>However the AppHost goes, nothing that it started stays.</summary>
public sealed class StopTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SIGTERM_stops_everything_within_ten_seconds(bool stubborn)
    {
        await using var echo = await StartAsync(stubborn);
        var clock = Stopwatch.StartNew();
        await echo.AppHost.StopAsync(echo.End);

        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        echo.AppHost.ExitCode.ShouldBe(0, echo.AppHost.Output);
        echo.Processes().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_kill_9_of_the_AppHost_everything_is_down_within_twelve_seconds(bool stubborn)
    {
        await using var echo = await StartAsync(stubborn);
        await echo.AppHost.KillAsync(echo.End);
        var clock = Stopwatch.StartNew();
        await echo.UntilAsync(() => Task.FromResult(echo.Processes().Count == 0));

        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(12));
    }

    [Fact]
    public async Task A_taken_port_is_named()
    {
        using var somebody = new TcpListener(IPAddress.Loopback, 0);
        somebody.Start();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var echo = ChildProcess.StartDotNet(
            BuiltPrograms.Echo, [$"--DISK_PORT={FreePort.Next()}", $"--ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL=http://{somebody.LocalEndpoint}"]);
        await echo.WaitForExitAsync(limit.Token);

        echo.ExitCode.ShouldNotBe(0);
        echo.Output.ShouldContain(somebody.LocalEndpoint.ToString()!);
    }

    /// <summary>Stubborn: its services take no notice of SIGTERM. In any case one has a child that does not.</summary>
    private static async Task<EchoStack> StartAsync(bool stubborn)
    {
        var echo = await (await EchoStack.StartAsync(stubborn)).UpAsync();
        using var client = echo.Client("front-end");
        (await client.PostAsync("child", null, echo.End)).EnsureSuccessStatusCode();
        echo.Processes().Count.ShouldBeGreaterThan(6);
        return echo;
    }
}
