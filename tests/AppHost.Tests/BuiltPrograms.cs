using ContactPlatform.LocalTools;

namespace ContactPlatform.AppHost.Tests;

/// <summary>Programs of this repository that were built with these tests, in the same configuration.</summary>
internal static class BuiltPrograms
{
    public static string Platform { get; } = Of("ContactPlatform.AppHost", "ContactPlatform.AppHost.dll");

    public static string Echo { get; } = Of("tests/AppHost.Tests/EchoAppHost", "ContactPlatform.EchoAppHost.dll");

    private static string Of(string project, string assembly)
    {
        var output = Path.GetRelativePath(Path.Combine(RepoRoot.Path, "tests", "AppHost.Tests"), AppContext.BaseDirectory);
        return Path.Combine(RepoRoot.Path, project, output, assembly);
    }
}
