using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;
using ContactPlatform.LocalTools;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.AppHost;

/// <summary>A program of eng that was built with this one, run for a command of the dashboard.</summary>
internal sealed partial class Tools
{
    private readonly string _assembly;

    private Tools(string project, string assembly)
    {
        // The same configuration and framework as this program's own.
        var output = Path.GetRelativePath(Path.Combine(RepoRoot.Path, "ContactPlatform.AppHost"), AppContext.BaseDirectory);
        _assembly = Path.Combine(RepoRoot.Path, "eng", project, output, assembly);
    }

    public static Tools Sample { get; } = new("sample", "ContactPlatform.Sample.dll");

    public static Tools Cli { get; } = new("cli", "ContactPlatform.Cli.dll");

    /// <summary>Runs it to its end; what it says is in the resource's console log, and its first complaint in the result.</summary>
    public async Task<ExecuteCommandResult> RunAsync(
        IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment, ExecuteCommandContext context)
    {
        var start = new ProcessStartInfo("dotnet", [_assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        try
        {
            var complaint = "";
            await Task.WhenAll(TellAsync(process.StandardOutput, _ => { }), TellAsync(process.StandardError, line => complaint = complaint.Length == 0 ? line : complaint));
            await process.WaitForExitAsync(context.CancellationToken);
            return process.ExitCode == 0 ? CommandResults.Success() : CommandResults.Failure(complaint.Length > 0 ? complaint : $"exit code {process.ExitCode}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }

        async Task TellAsync(StreamReader output, Action<string> heard)
        {
            while (await output.ReadLineAsync(context.CancellationToken) is { } line)
            {
                if (line.Length > 0)
                {
                    LogLine(context.Logger, line);
                    heard(line);
                }
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Line}")]
    private static partial void LogLine(ILogger logger, string line);
}
