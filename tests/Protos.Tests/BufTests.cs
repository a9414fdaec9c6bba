using ContactPlatform.Testing;

namespace ContactPlatform.Protos.Tests;

public sealed class BufTests
{
    private static readonly string Released = Path.Combine(NodeTools.Protos, "released.binpb");

    [Fact]
    public async Task The_contracts_are_free_of_lint()
    {
        var (code, output) = await NodeTools.BufAsync(NodeTools.Protos, "lint");
        code.ShouldBe(0, output);
    }

    [Fact]
    public async Task Nothing_breaks_callers_of_the_released_contracts()
    {
        var (code, output) = await NodeTools.BufAsync(NodeTools.Protos, "breaking", "--against", Released);
        code.ShouldBe(0, output);
    }

    [Theory]
    [InlineData("contactplatform/funnel/v1/stage.proto", "  // True when the contact is lost.\n  bool lost = 4;\n", "", "lost")]
    [InlineData("contactplatform/contacts/v1/contact.proto", "string source = 8;", "bytes source = 8;", "source")]
    [InlineData("contactplatform/common/v1/run.proto", "RUN_STATE_CANCELLED = 5;", "RUN_STATE_CANCELLED = 6;", "RunState")]
    public async Task A_change_that_breaks_callers_is_refused_by_name(string file, string was, string now, string named)
    {
        using var copy = await CopyAsync();
        var path = Path.Combine(copy.Path, file);
        var text = await File.ReadAllTextAsync(path);
        text.ShouldContain(was);
        await File.WriteAllTextAsync(path, text.Replace(was, now, StringComparison.Ordinal));

        var (code, output) = await NodeTools.BufAsync(copy.Path, "breaking", "--against", Released);

        code.ShouldNotBe(0);
        output.ShouldContain(named);
    }

    [Fact]
    public async Task An_element_without_documentation_is_refused()
    {
        using var copy = await CopyAsync();
        var path = Path.Combine(copy.Path, "contactplatform/funnel/v1/stage.proto");
        var text = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, text.Replace("  // True when the contact is lost.\n", "", StringComparison.Ordinal));

        var (code, output) = await NodeTools.BufAsync(copy.Path, "lint");

        code.ShouldNotBe(0);
        output.ShouldContain("\"lost\"");
    }

    private static async Task<TestFolder> CopyAsync()
    {
        var folder = new TestFolder();
        foreach (var source in Directory.EnumerateFiles(NodeTools.Protos, "*", SearchOption.AllDirectories).Where(f => f.EndsWith(".proto", StringComparison.Ordinal) || f.EndsWith("buf.yaml", StringComparison.Ordinal)))
        {
            var target = Path.Combine(folder.Path, Path.GetRelativePath(NodeTools.Protos, source));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await File.WriteAllBytesAsync(target, await File.ReadAllBytesAsync(source));
        }
        return folder;
    }
}
