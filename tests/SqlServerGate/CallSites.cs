using System.Diagnostics;
using System.Globalization;

namespace ContactPlatform.SqlServerGate;

/// <summary>
/// Where in the services' code the LINQ queries that ran were asked for: one line for each, `module method offset`, in a
/// file of each process's own, so that another process can compare them with the code.
/// </summary>
public static class CallSites
{
    /// <summary>Environment variable with the folder of those files; nothing is written without it.</summary>
    public const string Folder = "CONTACTPLATFORM_QUERY_SITES";

    private static readonly HashSet<string> _seen = [];
    private static readonly string? _file = Environment.GetEnvironmentVariable(Folder) is { Length: > 0 } folder
        ? Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Stopwatch.GetTimestamp()}"))
        : null;

    /// <summary>Notes who is asking, called on the stack of the query.</summary>
    public static void Note()
    {
        if (_file is null)
        {
            return;
        }
        foreach (var frame in new StackTrace().GetFrames())
        {
            if (frame.GetMethod() is not { DeclaringType: not null } method || !IsOurs(method.Module.Assembly.GetName().Name!))
            {
                continue;
            }
            var site = string.Create(CultureInfo.InvariantCulture, $"{method.Module.ModuleVersionId:N} {method.MetadataToken:x8} {frame.GetILOffset()}");
            lock (_seen)
            {
                if (_seen.Add(site))
                {
                    // At once: the process may be killed any time.
                    File.AppendAllText(_file, site + "\n");
                }
            }
            return;
        }
    }

    private static bool IsOurs(string assembly) => assembly.StartsWith("ContactPlatform.", StringComparison.Ordinal) && assembly != typeof(CallSites).Assembly.GetName().Name;
}
