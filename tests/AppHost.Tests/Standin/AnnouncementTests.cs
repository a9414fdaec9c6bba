namespace ContactPlatform.AppHost.Tests.Standin;

/// <summary>What a person is told where services do not start.</summary>
[Collection(nameof(PlatformTests))] // Two that start at once may want the same port.
public sealed class AnnouncementTests
{
    [Fact]
    public async Task A_service_that_ends_at_start_is_told_with_its_last_words_and_without_a_stack()
    {
        using var data = new TestFolder();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        string[] stores = [.. ((string[])["contacts", "funnel", "deliverability", "sequences"]).Select(s => $"--ConnectionStrings:{s}=nowhere")];
        await using var appHost = ChildProcess.StartDotNet(
            BuiltPrograms.Platform, ["--profile", "external", "--replicas", "funnel=1", "--data", data.Path, "--Database:Provider=PostgreSql", "--ConnectionStrings:redis=nowhere", .. stores]);
        await appHost.WaitForLineAsync(line => line.Contains("initialization string", StringComparison.Ordinal), limit.Token);
        await appHost.StopAsync(limit.Token);

        var told = appHost.Lines.SkipWhile(line => !line.Contains("with exit code", StringComparison.Ordinal)).ToList();
        told[0].ShouldMatch("^(contacts|funnel|deliverability|sequences)-[a-z]{8}: (Finished|Exited) with exit code [1-9][0-9]*; all of its console log is at http://localhost");
        told[1].ShouldStartWith("  ");
        told.ShouldNotContain(line => line.TrimStart().StartsWith("at ", StringComparison.Ordinal));
    }
}
