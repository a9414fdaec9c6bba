using System.Diagnostics;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// A shell beside the AppHost that outlives it and stops what it leaves behind: kill -9 gives the AppHost no chance to.
/// It hears of every process over a pipe, whose end it notices however the AppHost goes.
/// </summary>
internal sealed class Guardian : IAsyncDisposable
{
    // Five seconds between asking and forcing: the whole must be down within twelve.
    private const string Script = """
        exec >/dev/null 2>&1
        trap '' INT TERM HUP
        cd /
        watched=' '
        while read -r verb pid; do
          case $verb in
            watch) watched="$watched$pid " ;;
            forget) watched="${watched%% $pid *} ${watched#* $pid }" ;;
          esac
        done
        alive() { for pid in $watched; do kill -s 0 -- "-$pid" && return 0; done; return 1; }
        for pid in $watched; do kill -s TERM "$pid"; done
        for _ in 1 2 3 4 5 6 7 8 9 10; do alive || exit 0; sleep 0.5; done
        for pid in $watched; do kill -s KILL -- "-$pid"; done
        """;

    private readonly Process _shell;
    private readonly Lock _writing = new();

    private Guardian(Process shell) => _shell = shell;

    public static Guardian Start()
    {
        var start = new ProcessStartInfo("setsid") { RedirectStandardInput = true };
        foreach (var argument in (string[])["sh", "-c", Script])
        {
            start.ArgumentList.Add(argument);
        }

        return new Guardian(Process.Start(start)!);
    }

    public void Watch(int pid) => Tell($"watch {pid}");

    public void Forget(int pid) => Tell($"forget {pid}");

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }

    private void Tell(string message)
    {
        lock (_writing)
        {
            _shell.StandardInput.Write(message + "\n");
            _shell.StandardInput.Flush();
        }
    }
}
