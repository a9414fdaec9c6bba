using System.Runtime.Versioning;
using ContactPlatform.LocalTools;
using ContactPlatform.Testing;

namespace ContactPlatform.Eng.Tests.Dev;

/// <summary>
/// The script `dev` in a copy of the few files that it reads, with a `dotnet` on the PATH that plays each registry and
/// each outcome of a test project.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class DevTests : IDisposable
{
    private const string Passed = "Passed!  - Failed:     0, Passed:    14, Skipped:     1, Total:    15, Duration: 15 s - A.dll (net10.0)";
    private const string Failed = "Failed!  - Failed:     2, Passed:     3, Skipped:     0, Total:     5, Duration: 1 s - B.dll (net10.0)";
    private const string Missing = "Probe.csproj : error NU1101: Unable to find package Aspire.Hosting.AppHost. No packages exist with this id in source(s): x";
    private const string Unreachable = "Probe.csproj : error NU1301: Unable to load the service index for source x.";

    private readonly TestFolder _folder = new();
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));

    public DevTests()
    {
        Directory.CreateDirectory(Clone);
        foreach (var file in new[] { "dev", "Directory.Packages.props", "eng/PartialRegistry.props", "eng/probe/Probe.csproj", "eng/feed/package-lock.json" })
        {
            Write(file, File.ReadAllText(Path.Combine(RepoRoot.Path, file)));
        }

        Write("eng/feed/make-feed.mjs", "import { mkdirSync } from 'node:fs'; mkdirSync(process.argv[3], { recursive: true }); console.error('made the feed');");
        Write("tests/A.Tests/A.Tests.csproj", "");
        Write("tests/B.Tests/B.Tests.csproj", "");
        // Says what a file named after its first argument (and, for a test, its project) says, with the code in another.
        Write("bin/dotnet", """
            #!/usr/bin/env bash
            name=$1
            if [ "$1" = test ]; then name=$(basename "$2" .dll); name=${name#ContactPlatform.}; fi
            echo "dotnet $*" >>"$PLAY/calls"
            if [ -f "$PLAY/$name" ]; then cat "$PLAY/$name"; fi
            if [ -f "$PLAY/$name.code" ]; then exit "$(cat "$PLAY/$name.code")"; fi
            """);
        File.SetUnixFileMode(Path.Combine(Clone, "bin", "dotnet"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string Clone => Path.Combine(_folder.Path, "a clone");

    [Fact]
    public async Task The_last_line_sums_what_all_projects_say()
    {
        Play("A.Tests", Passed);
        Play("B.Tests", Passed);
        var dev = await RunAsync("test");
        dev.ExitCode.ShouldBe(0, dev.Output);
        dev.Lines.Last().ShouldBe("28 passed, 0 failed, 2 skipped");
    }

    [Fact]
    public async Task A_failure_in_one_named_project_fails_the_whole_and_the_others_still_run()
    {
        Play("A.Tests", Failed, code: 1);
        Play("B.Tests", Passed);
        var dev = await RunAsync("test", "tests/A.Tests", "tests/B.Tests");
        dev.ExitCode.ShouldNotBe(0);
        dev.Lines.Last().ShouldBe("17 passed, 2 failed, 1 skipped");
    }

    [Fact]
    public async Task A_project_that_ends_without_a_result_counts_as_a_failure()
    {
        Play("A.Tests", Passed);
        Play("B.Tests", "The active test run was aborted. Reason: Test host process crashed", code: 1);
        var dev = await RunAsync("test");
        dev.ExitCode.ShouldNotBe(0);
        dev.Lines.Last().ShouldBe("14 passed, 1 failed, 1 skipped");
    }

    [Fact]
    public async Task No_test_at_all_is_a_failure()
    {
        var dev = await RunAsync("test");
        dev.ExitCode.ShouldNotBe(0);
        dev.Lines.Last().ShouldBe("0 passed, 0 failed, 0 skipped");
    }

    [Fact]
    public async Task Tests_do_not_run_on_what_does_not_build()
    {
        Play("build", "error CS1002", code: 1);
        Play("A.Tests", Passed);
        var dev = await RunAsync("test");
        dev.ExitCode.ShouldNotBe(0);
        Calls.ShouldNotContain(call => call.StartsWith("dotnet test", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_full_registry_needs_nothing_and_is_asked_once()
    {
        Play("A.Tests", Passed);
        (await RunAsync("test")).Lines.ShouldNotContain("made the feed");
        File.Exists(Local("partial-registry")).ShouldBeFalse();
        await RunAsync("test");
        Calls.Count(call => call.StartsWith("dotnet restore", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_partial_registry_is_told_and_gets_the_feed_once()
    {
        Play("restore", Missing, code: 1);
        Play("A.Tests", Passed);
        var dev = await RunAsync("test");
        dev.Lines.ShouldContain("Not in this registry: Aspire.Hosting.AppHost");
        dev.Lines.ShouldContain("made the feed");
        File.Exists(Local("partial-registry")).ShouldBeTrue();
        (await RunAsync("test")).Lines.ShouldNotContain("made the feed");
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_stops_the_first_command_with_its_words()
    {
        Play("restore", Unreachable, code: 1);
        var dev = await RunAsync("test");
        dev.ExitCode.ShouldBe(1);
        dev.Lines.ShouldContain(Unreachable);
        dev.Output.ShouldContain("check the network");
        File.Exists(Local("registry")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_any_more_is_taken_as_it_was()
    {
        Play("restore", Missing, code: 1);
        Play("A.Tests", Passed);
        await RunAsync("test");
        Write("Directory.Packages.props", "<Project />");
        Play("restore", Unreachable, code: 1);
        var dev = await RunAsync("test");
        dev.ExitCode.ShouldBe(0, dev.Output);
        dev.Output.ShouldContain("what it had the last time");
        File.Exists(Local("partial-registry")).ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_built_is_built_again_only_after_a_change()
    {
        Play("A.Tests", Passed);
        await RunAsync("test");
        await RunAsync("test");
        Builds.ShouldBe(1);
        Write("people.csv", "");
        Write("eng/other/bin/Other.dll", "");
        await RunAsync("test");
        Builds.ShouldBe(1);
        Write("services/New.cs", "");
        await RunAsync("test");
        Builds.ShouldBe(2);
        File.Delete(Path.Combine(Clone, "services/New.cs"));
        await RunAsync("test");
        Builds.ShouldBe(3);
    }

    [Fact]
    public async Task An_unknown_command_is_refused_with_those_there_are()
    {
        var dev = await RunAsync("tests");
        dev.ExitCode.ShouldBe(1);
        dev.Output.ShouldContain("there is no command 'tests'");
        dev.Output.ShouldContain("./dev run");
    }

    [Fact]
    public async Task Without_a_writable_home_the_clone_has_one()
    {
        Play("A.Tests", Passed);
        var dev = await RunInAsync("/proc/no-home", "test");
        dev.ExitCode.ShouldBe(0, dev.Output);
        dev.Output.ShouldContain("HOME (/proc/no-home) is not writable");
        Directory.Exists(Local("home")).ShouldBeTrue();
    }

    [Fact]
    public async Task Clean_removes_everything_that_was_left()
    {
        Play("A.Tests", Passed);
        await RunAsync("test");
        (await RunAsync("clean")).ExitCode.ShouldBe(0);
        Directory.Exists(Local("")).ShouldBeFalse();
    }

    public void Dispose()
    {
        _timeout.Dispose();
        _folder.Dispose();
    }

    private string[] Calls => File.ReadAllLines(Path.Combine(_folder.Path, "calls"));

    private int Builds => Calls.Count(call => call.StartsWith("dotnet build", StringComparison.Ordinal));

    private string Local(string file) => Path.Combine(Clone, ".local", file);

    private void Write(string file, string text)
    {
        var path = Path.Combine(Clone, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private void Play(string name, string says, int code = 0)
    {
        File.WriteAllText(Path.Combine(_folder.Path, name), says + "\n");
        File.WriteAllText(Path.Combine(_folder.Path, $"{name}.code"), $"{code}");
    }

    private Task<ChildProcess> RunAsync(params string[] arguments) => RunInAsync(_folder.Path, arguments);

    private async Task<ChildProcess> RunInAsync(string home, params string[] arguments)
    {
        // One stream, so that the last line is the last.
        var dev = ChildProcess.Start("bash", ["-c", "exec bash \"$0\" \"$@\" 2>&1", Path.Combine(Clone, "dev"), .. arguments], new Dictionary<string, string?>
        {
            ["PATH"] = $"{Path.Combine(Clone, "bin")}:{Environment.GetEnvironmentVariable("PATH")}",
            ["PLAY"] = _folder.Path,
            ["HOME"] = home,
        });
        await dev.WaitForExitAsync(_timeout.Token);
        return dev;
    }
}
