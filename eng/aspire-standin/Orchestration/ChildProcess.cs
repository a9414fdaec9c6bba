using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// A process in a process group of its own, watched by the guardian before its program runs: the shell that becomes
/// the program waits for a line on its input, and gives up when that ends instead.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private const string Gate = "read -r _ && exec env \"$@\" </dev/null";
    private static readonly Regex _shellName = new("^[A-Za-z_][A-Za-z0-9_]*$");
    private static readonly TimeSpan _lastWords = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly TimeProvider _clock;

    private ChildProcess(Process process, TimeProvider clock, Task<int> exited)
    {
        _process = process;
        _clock = clock;
        Exited = exited;
    }

    public int Pid => _process.Id;

    /// <summary>Ends with the exit code (128 + n after signal n), when the process and the rest of its group are gone.</summary>
    public Task<int> Exited { get; }

    /// <exception cref="FileNotFoundException">There is no such program.</exception>
    public static ChildProcess Start(
        Guardian guardian,
        TimeProvider clock,
        string command,
        IEnumerable<string> arguments,
        string workingDirectory,
        IReadOnlyDictionary<string, string> environment,
        Action<string, bool> onLine)
    {
        var start = new ProcessStartInfo("setsid")
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A shell drops variables whose names it cannot have itself (services__my-svc__http__0), so those go around it.
        var odd = environment.Where(v => !_shellName.IsMatch(v.Key)).Select(v => $"{v.Key}={v.Value}");
        foreach (var argument in (string[])["sh", "-c", Gate, "env", .. odd, Find(command, workingDirectory), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        guardian.Watch(process.Id);
        var output = Task.WhenAll(ReadAsync(process.StandardOutput, false), ReadAsync(process.StandardError, true));
        var exited = ExitAsync();
        process.StandardInput.WriteLine();
        process.StandardInput.Close();
        return new ChildProcess(process, clock, exited);

        async Task ReadAsync(StreamReader reader, bool isError)
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                onLine(line, isError);
            }
        }

        async Task<int> ExitAsync()
        {
            await process.WaitForExitAsync();
            Signals.KillGroup(process.Id);
            guardian.Forget(process.Id);
            // A descendant that left the group may hold the pipes open for ever.
            await Task.WhenAny(output, Task.Delay(_lastWords, clock));
            return process.ExitCode;
        }
    }

    /// <summary>Asks the process to go, and after <paramref name="patience"/> makes it and its group go.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        if (!Exited.IsCompleted)
        {
            Signals.Terminate(Pid);
        }

        await Task.WhenAny(Exited, Task.Delay(patience, _clock));
        if (!Exited.IsCompleted)
        {
            Signals.KillGroup(Pid);
        }

        await Exited;
    }

    public void Dispose() => _process.Dispose();

    private static string Find(string command, string workingDirectory)
    {
        if (command.Contains('/', StringComparison.Ordinal))
        {
            var path = Path.GetFullPath(command, workingDirectory);
            return File.Exists(path) ? path : throw new FileNotFoundException($"{path} does not exist");
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, command)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"{command} is not on the PATH");
    }
}
