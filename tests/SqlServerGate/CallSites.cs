using System.Diagnostics;
using System.Globalization;

namespace ContactPlatform.SqlServerGate;

/// <summary>
/// Where in the code the LINQ queries that ran were asked for, each as `module method offset`; also, line by line, in a
/// file of this process's own, so that the process that started it can compare them with the code.
/// </summary>
public static class CallSites
{
    /// <summary>Environment variable with the folder of those files; none is written without it.</summary>
    public const string Folder = "CONTACTPLATFORM_QUERY_SITES";

    /// <summary>How the files' names end.</summary>
    public const string Extension = ".sites";

    private static readonly HashSet<string> _seen = [];
    private static readonly string? _file = Environment.GetEnvironmentVariable(Folder) is { Length: > 0 } folder
        ? Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Stopwatch.GetTimestamp()}{Extension}"))
        : null;

    /// <summary>Those of this process, so far.</summary>
    public static IReadOnlyList<string> Noted
    {
        get
        {
            lock (_seen)
            {
                return [.. _seen];
            }
        }
    }

    /// <summary>Notes who is asking, called on the stack of the query.</summary>
    public static void Note()
    {
        foreach (var frame in new StackTrace().GetFrames())
        {
            if (frame.GetMethod() is not { DeclaringType: not null } method || !IsOurs(method.Module.Assembly.GetName().Name!))
            {
                continue;
            }
            var site = string.Create(CultureInfo.InvariantCulture, $"{method.Module.ModuleVersionId:N} {method.MetadataToken:x8} {frame.GetILOffset()}");
            lock (_seen)
            {
                if (_seen.Add(site) && _file is not null)
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
