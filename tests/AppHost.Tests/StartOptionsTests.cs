namespace ContactPlatform.AppHost.Tests;

public sealed class StartOptionsTests
{
    [Theory]
    [InlineData("--profile nowhere", "--profile nowhere: it is one of local, containers, external")]
    [InlineData("--replicas sales=2", "--replicas sales=2: the services are contacts, funnel, deliverability, sequences")]
    [InlineData("--replicas funnel=0", "--replicas funnel=0: say funnel=N with N from 1 to 16")]
    [InlineData("--replicas funnel=17", "--replicas funnel=17: say funnel=N with N from 1 to 16")]
    [InlineData("--replicas contacts=2,funnel", "--replicas funnel: say funnel=N with N from 1 to 16")]
    [InlineData("--profile external", "--profile external: the environment lacks ConnectionStrings__contacts, ConnectionStrings__funnel, ConnectionStrings__deliverability, ConnectionStrings__sequences, ConnectionStrings__redis")]
    [InlineData("--data elsewhere", "--data elsewhere: give the folder's full path")]
    public async Task A_mistake_on_the_command_line_is_named_and_nothing_starts(string arguments, string message)
    {
        await using var appHost = ChildProcess.StartDotNet(BuiltPrograms.Platform, arguments.Split(' '));
        await appHost.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);

        appHost.Output.ShouldBe(message);
        appHost.ExitCode.ShouldBe(2);
    }
}
