using System.Text.RegularExpressions;
using ContactPlatform.LocalTools;
using Google.Protobuf.Reflection;

namespace ContactPlatform.Protos.Tests;

/// <summary>buf's lint holds that every element is documented; these hold what the documentation says.</summary>
public sealed partial class DocumentationTests(DescriptorSet contracts) : IClassFixture<DescriptorSet>
{
    [Fact]
    public void Every_method_names_its_errors_and_only_known_ones()
    {
        var problems = new List<string>();
        foreach (var (package, service, method, comment) in contracts.Methods())
        {
            var errors = ErrorsLine().Match(comment);
            if (!errors.Success)
            {
                problems.Add($"{package}.{service}.{method.Name} has no line that begins with Errors:");
                continue;
            }
            var known = Reasons(package).Concat(Reasons("contactplatform.common.v1")).ToHashSet();
            problems.AddRange(Name().Matches(errors.Groups[1].Value).Select(m => m.Value).Where(n => !known.Contains(n)).Select(n => $"{package}.{service}.{method.Name} names the unknown reason {n}"));
        }
        problems.ShouldBeEmpty();
    }

    /// <summary>A reason that no test asserts is one that nobody has seen. The tests that assert it must pass like all others.</summary>
    [Fact]
    public void Every_reason_is_provoked_by_a_test()
    {
        var tests = string.Join('\n', Directory.EnumerateFiles(Path.Combine(RepoRoot.Path, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/Protos.Tests/", StringComparison.Ordinal)).Select(File.ReadAllText));

        contracts.Files.Select(f => f.Package).Distinct().SelectMany(p => Reasons(p).Select(r => (Package: p, Reason: r)))
            .Where(r => !tests.Contains($"\"{r.Reason}\"", StringComparison.Ordinal) && !tests.Contains($"Reasons.{Pascal(r.Reason)}", StringComparison.Ordinal))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Every_reason_has_an_example_and_its_code()
    {
        foreach (var file in Directory.EnumerateFiles(NodeTools.Protos, "error_reason.proto", SearchOption.AllDirectories))
        {
            var values = ReasonBlock().Matches(File.ReadAllText(file));
            values.Count.ShouldBeGreaterThan(0);
            foreach (Match value in values)
            {
                value.Groups[1].Value.ShouldContain("// Example: ", customMessage: value.Groups[2].Value);
                StatusName().IsMatch(value.Groups[1].Value).ShouldBeTrue(value.Groups[2].Value);
            }
        }
    }

    /// <summary>The concept pages ask that every divergence between them and the API be tagged; the README lists the tags.</summary>
    [Fact]
    public void The_readme_lists_every_decision_tagged_for_review()
    {
        var tagged = contracts.Methods().Where(m => m.Method.Options?.HasExtension(Common.V1.ReviewExtensions.ReviewNeeded) == true)
            .Select(m => $"| `{m.Package}.{m.Service}.{m.Method.Name}` | {m.Method.Options.GetExtension(Common.V1.ReviewExtensions.ReviewNeeded)} |")
            .Concat(contracts.Fields().Where(f => f.Field.Options?.HasExtension(Common.V1.ReviewExtensions.FieldReviewNeeded) == true)
                .Select(f => $"| `{f.Message}.{f.Field.Name}` | {f.Field.Options.GetExtension(Common.V1.ReviewExtensions.FieldReviewNeeded)} |"))
            .Order(StringComparer.Ordinal);
        var listed = File.ReadLines(Path.Combine(NodeTools.Protos, "README.md")).Where(l => l.StartsWith("| `contactplatform.", StringComparison.Ordinal));

        listed.ShouldBe(tagged);
    }

    [Fact]
    public void Messages_use_only_their_own_package_common_and_the_well_known_types()
    {
        foreach (var file in contracts.Files)
        {
            var folder = Path.GetDirectoryName(file.Name)!.Replace('\\', '/');
            folder.Replace('/', '.').ShouldBe(file.Package);
            file.Dependency.ShouldAllBe(d => d.StartsWith(folder, StringComparison.Ordinal) || d.StartsWith("contactplatform/common/", StringComparison.Ordinal) || d.StartsWith("google/protobuf/", StringComparison.Ordinal), file.Name);
        }
    }

    [Fact]
    public void No_field_is_a_bare_id_and_no_enum_value_goes_without_its_prefix()
    {
        contracts.Fields().Where(f => f.Field.Name is "id" or "ids").Select(f => f.Message).ShouldBeEmpty();
        contracts.Fields().Where(f => f.Field.TypeName == ".google.protobuf.Timestamp" && !f.Field.Name.EndsWith("_time", StringComparison.Ordinal)).Select(f => f.Message).ShouldBeEmpty();
    }

    /// <summary>The name of a reason's literal: `LabelExists` for LABEL_EXISTS.</summary>
    private static string Pascal(string reason) => string.Concat(reason.Split('_').Select(w => w[0] + w[1..].ToLowerInvariant()));

    private IEnumerable<string> Reasons(string package) =>
        contracts.Files.Where(f => f.Package == package).SelectMany(f => f.EnumType).Where(e => e.Name == "ErrorReason")
            .SelectMany(e => e.Value).Where(v => v.Number != 0).Select(v => v.Name["ERROR_REASON_".Length..]);

    [GeneratedRegex(@"^ ?Errors: (.+)\.\s*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ErrorsLine();

    [GeneratedRegex("[A-Z][A-Z_]{3,}")]
    private static partial Regex Name();

    [GeneratedRegex(@"((?:  //[^\n]*\n)+)  (ERROR_REASON_\w+) = [1-9]\d*;")]
    private static partial Regex ReasonBlock();

    [GeneratedRegex("// (INVALID_ARGUMENT|NOT_FOUND|ALREADY_EXISTS|FAILED_PRECONDITION|ABORTED|UNAVAILABLE|RESOURCE_EXHAUSTED|UNAUTHENTICATED|PERMISSION_DENIED|INTERNAL): ")]
    private static partial Regex StatusName();
}
