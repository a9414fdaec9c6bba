using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ContactPlatform.Testing;

/// <summary>
/// A process of its own for a test: its output is kept, it can be killed, frozen and thawed as in a fault, and it does
/// not outlive the test process. Disposing kills it.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(20);

    // A call that finds nobody throws three times on its way, and a service takes seconds to start.
    private static readonly TimeSpan _healthPoll = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private ChildProcess(Process process)
    {
        _process = process;
        _process.OutputDataReceived += Keep;
        _process.ErrorDataReceived += Keep;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        void Keep(object sender, DataReceivedEventArgs e)
        {
            if (e.Data is not null)
            {
                _lines.Enqueue(e.Data);
            }
        }
    }

    /// <summary>The process id; after its end somebody else may have it.</summary>
    public int Id => _process.Id;

    /// <summary>True once the process has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The exit code; 128 + N when signal N ended it.</summary>
    /// <exception cref="InvalidOperationException">The process is running.</exception>
    public int ExitCode => _process.ExitCode;

    /// <summary>All lines of standard output and standard error so far.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>The same as one text, for the message of a failed test.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Starts a program.</summary>
    /// <param name="program">On the PATH, or an absolute path.</param>
    /// <param name="arguments">Its arguments, unquoted.</param>
    /// <param name="environment">Set on top of this process's own; null removes a variable.</param>
    /// <param name="workingFolder">This process's own when null.</param>
    /// <param name="endSignal">What it gets when the test process dies: KILL, or TERM for one that stops children of its own.</param>
    /// <param name="input">What it reads on standard input, a few kilobytes at most.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program (where nothing can tie processes; else it ends with code 127).</exception>
    public static ChildProcess Start(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingFolder = null,
        string endSignal = "KILL",
        string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingFolder ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(ProcessLauncher.Start(start, endSignal));
        child._process.StandardInput.Write(input);
        child._process.StandardInput.Close();
        return child;
    }

    /// <summary>Starts a built .NET program: <c>dotnet X.dll</c>.</summary>
    /// <inheritdoc cref="Start"/>
    public static ChildProcess StartDotNet(
        string assembly, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string input = "") =>
        Start(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            arguments.Prepend(assembly),
            environment,
            Path.GetDirectoryName(assembly),
            input: input);

    /// <summary>kill -9: nothing in the process can react.</summary>
    public Task KillAsync(CancellationToken cancellationToken) => SignalAndWaitAsync(Signals.Kill, cancellationToken);

    /// <summary>Asks the process to end (SIGTERM) and waits until it has.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => SignalAndWaitAsync(Signals.Terminate, cancellationToken);

    /// <summary>Freezes the process (SIGSTOP), as a long pause of its machine would: sockets stay open, nothing answers.</summary>
    public void Suspend() => Send(Signals.Stop);

    /// <summary>Thaws a frozen process (SIGCONT).</summary>
    public void Resume() => Send(Signals.Continue);

    /// <summary>Waits until the process has ended and its output is complete.</summary>
    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Waits until a line satisfies the condition, also one that was there before.</summary>
    /// <exception cref="InvalidOperationException">The process ended without such a line; the message has its output.</exception>
    public async Task<string> WaitForLineAsync(Func<string, bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Asked before the lines are read, so that the last lines of one that ended are not missed.
            var exited = HasExited;
            if (exited)
            {
                await WaitForExitAsync(cancellationToken);
            }

            if (_lines.FirstOrDefault(condition) is { } line)
            {
                return line;
            }

            ThrowIf(exited, "it wrote the expected line");
            await Task.Delay(_poll, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Waits until the process answers this address with a success.</summary>
    /// <exception cref="InvalidOperationException">The process ended instead; the message has its output.</exception>
    public async Task WaitForHealthAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        while (true)
        {
            ThrowIf(HasExited, $"{address} answered");
            try
            {
                using var response = await client.GetAsync(address, cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Nobody listens there yet.
            }

            await Task.Delay(_healthPoll, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Kills the process if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            await KillAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    internal void ThrowIf(bool ended, string before)
    {
        if (ended)
        {
            throw new InvalidOperationException(
                $"process {Id} ({_process.StartInfo.ArgumentList.LastOrDefault()}) ended with code {ExitCode} before {before}:\n{Output}");
        }
    }

    internal void Send(int signal)
    {
        // An exit between the question and the signal is fine: the child is reaped by this process only.
        if (!HasExited && Signals.Send(Id, signal) != 0)
        {
            throw new InvalidOperationException($"signal {signal} to process {Id} failed with errno {Marshal.GetLastPInvokeError()}");
        }
    }

    private async Task SignalAndWaitAsync(int signal, CancellationToken cancellationToken)
    {
        Send(signal);
        await WaitForExitAsync(cancellationToken);
    }
}
