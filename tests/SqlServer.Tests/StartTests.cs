using ContactPlatform.LocalTools;
using ContactPlatform.Testing;

namespace ContactPlatform.SqlServer.Tests;

/// <summary>The services as built, started with a database that this build cannot use.</summary>
public sealed class StartTests
{
    public static TheoryData<string> Services => Contexts.All;

    [Theory, MemberData(nameof(Services))]
    public async Task A_build_without_bulk_copy_to_SQL_Server_says_so_and_does_not_start(string service)
    {
        if (Type.GetType("Microsoft.SqlServer.Server.SqlMetaData, Microsoft.SqlServer.Server") is not null)
        {
            // This build can; the suites run against the server that CONTACTPLATFORM_TEST_SQLSERVER names.
            return;
        }

        await ShouldRefuseAsync(service, "SqlServer", "set Database:Provider to PostgreSql");
    }

    [Theory, MemberData(nameof(Services))]
    public Task An_unknown_database_is_named_and_nothing_starts(string service) => ShouldRefuseAsync(service, "Oracle", "Failed to convert configuration value 'Oracle' at 'Database:Provider'");

    private static async Task ShouldRefuseAsync(string service, string provider, string because)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var output = Path.GetRelativePath(Path.Combine(RepoRoot.Path, "tests", "SqlServer.Tests"), AppContext.BaseDirectory);
        await using var process = ChildProcess.StartDotNet(Path.Combine(RepoRoot.Path, "services", service, output, $"ContactPlatform.{service}.dll"), [], new Dictionary<string, string?>
        {
            ["Database__Provider"] = provider,
            [$"ConnectionStrings__{service.ToLowerInvariant()}"] = "Server=nowhere",
            ["ConnectionStrings__redis"] = "127.0.0.1:1",
        });
        await process.WaitForExitAsync(limit.Token);
        process.ExitCode.ShouldNotBe(0);
        process.Output.ShouldContain(because);
    }
}
