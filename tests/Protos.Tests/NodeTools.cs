using System.Diagnostics;
using ContactPlatform.LocalTools;

namespace ContactPlatform.Protos.Tests;

/// <summary>buf and the client that is not .NET, both from npm; installed beside their package.json, once.</summary>
internal static class NodeTools
{
    private static readonly SemaphoreSlim Gate = new(1, 1);

    public static string Folder { get; } = Path.Combine(RepoRoot.Path, "tests", "Protos.Tests", "node");

    public static string Protos { get; } = Path.Combine(RepoRoot.Path, "protos");

    /// <summary>Runs buf in a folder; returns its exit code with everything that it said.</summary>
    public static async Task<(int ExitCode, string Output)> BufAsync(string folder, params string[] arguments)
    {
        await InstallAsync();
        return await RunAsync(Path.Combine(Folder, "node_modules", ".bin", "buf"), folder, arguments);
    }

    /// <summary>Runs a script of the node folder.</summary>
    public static async Task<(int ExitCode, string Output)> NodeAsync(string script, params string[] arguments)
    {
        await InstallAsync();
        return await RunAsync("node", Folder, [script, .. arguments]);
    }

    private static async Task InstallAsync()
    {
        await Gate.WaitAsync();
        try
        {
            var wanted = await File.ReadAllTextAsync(Path.Combine(Folder, "package-lock.json"));
            var marker = Path.Combine(Folder, "node_modules", "ready");
            if (File.Exists(marker) && await File.ReadAllTextAsync(marker) == wanted)
            {
                return;
            }
            // Not `npm ci`: buf's packages for other platforms, which the lock file cannot all name, are optional.
            var (code, output) = await RunAsync("npm", Folder, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
            code.ShouldBe(0, output);
            await File.WriteAllTextAsync(marker, wanted);
        }
        finally
        {
            Gate.Release();
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
