using System.ComponentModel;
using System.Diagnostics;

namespace ContactPlatform.LocalTools;

/// <summary>
/// One tool's folder under <c>.local/tools</c>. It is filled by one process at a time, and counts as filled only when
/// the marker says for which version: a fetch that was killed half-way starts afresh.
/// </summary>
internal sealed class ToolFolder(string name)
{
    private static readonly TimeSpan _lockPoll = TimeSpan.FromMilliseconds(200);

    public string Path { get; } = System.IO.Path.Combine(RepoRoot.LocalFolder, "tools", name);

    private string Marker => System.IO.Path.Combine(Path, "ready");

    /// <summary>Runs <paramref name="fill"/> in the emptied folder unless it is filled for this version already.</summary>
    public async Task EnsureAsync(string version, Func<Task> fill, CancellationToken cancellationToken)
    {
        if (await IsReadyAsync(version, cancellationToken))
        {
            return;
        }

        await using var _ = await LockAsync(cancellationToken);
        if (await IsReadyAsync(version, cancellationToken))
        {
            return;
        }

        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }

        Directory.CreateDirectory(Path);
        await fill();
        await File.WriteAllTextAsync(Marker, version, cancellationToken);
    }

    /// <summary>Runs a program in the folder and fails with everything that it said.</summary>
    /// <exception cref="InvalidOperationException">It is missing, or ended with another code than 0.</exception>
    public async Task RunAsync(string program, IEnumerable<string> arguments, string workingFolder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        // Set for a program that was itself started by the SDK; another SDK command must not inherit it.
        start.Environment.Remove("MSBuildSDKsPath");

        using var process = Launch(start, name);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"Could not prepare {name}: `{program} {string.Join(' ', start.ArgumentList)}` ended with code {process.ExitCode}.\n{await output}{await error}");
        }
    }

    private static Process Launch(ProcessStartInfo start, string tool)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{tool} is fetched with `{start.FileName}`, which does not start: {e.Message}", e);
        }
    }

    private async Task<bool> IsReadyAsync(string version, CancellationToken cancellationToken) =>
        File.Exists(Marker) && await File.ReadAllTextAsync(Marker, cancellationToken) == version;

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        while (true)
        {
            try
            {
                // The kernel drops this lock with the process, so one that was killed leaves nothing to clean up.
                return new FileStream($"{Path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
            {
                await Task.Delay(_lockPoll, TimeProvider.System, cancellationToken);
            }
        }
    }
}
