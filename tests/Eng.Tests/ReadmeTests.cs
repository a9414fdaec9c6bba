using System.Text.RegularExpressions;
using ContactPlatform.LocalTools;

namespace ContactPlatform.Eng.Tests;

/// <summary>Whoever follows a link of the documentation finds something there.</summary>
public sealed partial class ReadmeTests
{
    public static TheoryData<string> Pages() => [.. Directory.EnumerateFiles(RepoRoot.Path, "*.md", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(RepoRoot.Path, f))
        .Where(f => !f.StartsWith(".local", StringComparison.Ordinal) && !f.Contains("node_modules", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_within_the_repository_leads_somewhere(string page)
    {
        var path = Path.Combine(RepoRoot.Path, page);
        Links().Matches(File.ReadAllText(path)).Select(m => m.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal))
            .Where(link => !Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, link)))
            .ShouldBeEmpty();
    }

    [GeneratedRegex(@"\]\(([^)#\s]+)[^)]*\)")]
    private static partial Regex Links();
}
