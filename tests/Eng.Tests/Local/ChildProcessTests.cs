using ContactPlatform.Testing;

namespace ContactPlatform.Eng.Tests.Local;

public sealed class ChildProcessTests : IDisposable
{
    private readonly CancellationTokenSource _timeout = new(TimeSpan.FromMinutes(1));

    private CancellationToken Token => _timeout.Token;

    [Fact]
    public async Task Output_and_environment_arrive_and_the_exit_code_is_kept()
    {
        await using var child = ChildProcess.Start("bash", ["-c", "echo \"$GREETING\"; echo bad >&2; exit 3"], new Dictionary<string, string?> { ["GREETING"] = "a b" });
        await child.WaitForExitAsync(Token);
        child.ExitCode.ShouldBe(3);
        child.Lines.ShouldBe(["a b", "bad"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_frozen_process_does_nothing_until_it_is_thawed()
    {
        await using var child = ChildProcess.Start("bash", ["-c", "while true; do echo tick; sleep 0.05; done"]);
        await child.WaitForLineAsync(line => line == "tick", Token);
        child.Suspend();
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Token);
        var frozen = child.Lines.Count;
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Token);
        child.Lines.Count.ShouldBe(frozen);
        child.Resume();
        while (child.Lines.Count == frozen)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }
    }

    [Fact]
    public async Task A_killed_process_has_the_signal_in_its_exit_code()
    {
        await using var child = ChildProcess.Start("bash", ["-c", "trap '' TERM; echo up; while true; do sleep 1; done"]);
        await child.WaitForLineAsync(line => line == "up", Token);
        await child.KillAsync(Token);
        child.ExitCode.ShouldBe(128 + 9);
    }

    [Fact]
    public async Task Waiting_for_a_line_of_a_process_that_ends_without_it_fails_with_its_output()
    {
        await using var child = ChildProcess.Start("bash", ["-c", "echo what it said"]);
        var e = await Should.ThrowAsync<InvalidOperationException>(child.WaitForLineAsync(line => line == "never", Token));
        e.Message.ShouldContain("what it said");
    }

    [Fact]
    public async Task Waiting_for_the_health_of_a_process_that_ends_fails_with_its_output()
    {
        await using var child = ChildProcess.Start("bash", ["-c", "echo what it said; exit 1"]);
        var e = await Should.ThrowAsync<InvalidOperationException>(
            child.WaitForHealthAsync(new Uri($"http://127.0.0.1:{FreePort.Next()}/health"), Token));
        e.Message.ShouldContain("what it said");
    }

    public void Dispose() => _timeout.Dispose();
}
