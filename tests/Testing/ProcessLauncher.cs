using System.Collections.Concurrent;
using System.Diagnostics;

namespace ContactPlatform.Testing;

/// <summary>
/// Starts processes that end with this one, even when this one is killed with -9. The kernel sends their signal when
/// the <em>thread</em> that started them is gone, so one thread that lives as long as the process starts them all.
/// </summary>
internal static class ProcessLauncher
{
    private static readonly string? _setpriv = FindOnPath("setpriv");
    private static readonly BlockingCollection<Action> _work = StartThread();

    /// <param name="start">What to start; its file name and arguments are wrapped where the system can tie processes.</param>
    /// <param name="signal">What the process gets when this one ends: KILL, or TERM when it has children to stop itself.</param>
    public static Process Start(ProcessStartInfo start, string signal)
    {
        if (_setpriv is not null)
        {
            string[] tie = ["--pdeathsig", signal, "--", start.FileName];
            for (var i = 0; i < tie.Length; i++)
            {
                start.ArgumentList.Insert(i, tie[i]);
            }

            start.FileName = _setpriv;
        }

        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
#pragma warning disable CA1031 // Handed to the caller, whatever it is; the thread must live on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                started.SetException(e);
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    private static BlockingCollection<Action> StartThread()
    {
        var work = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var action in work.GetConsumingEnumerable())
            {
                action();
            }
        })
        { IsBackground = true, Name = "process launcher" }.Start();
        return work;
    }

    private static string? FindOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
