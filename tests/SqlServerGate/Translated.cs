using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.SqlServerGate;

/// <summary>
/// Which queries SQL Server's provider has taken already, in this process and in those that the same suite started before:
/// translating them again in each would cost a second of its time. In files beside those of <see cref="CallSites"/>.
/// </summary>
internal static class Translated
{
    private const string Extension = ".translated";
    private static readonly string? _folder = Environment.GetEnvironmentVariable(CallSites.Folder) is { Length: > 0 } folder ? folder : null;
    private static readonly string? _file = _folder is null ? null
        : Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Stopwatch.GetTimestamp()}{Extension}"));

    private static readonly HashSet<string> _known = _folder is null ? [] : [.. Directory.EnumerateFiles(_folder, "*" + Extension).SelectMany(File.ReadLines)];

    /// <summary>True when the query needs no more translation.</summary>
    public static bool Knows(PlatformDbContext db, string query)
    {
        lock (_known)
        {
            return _known.Contains(Key(db, query));
        }
    }

    /// <summary>Notes that a query was translated and read without fault.</summary>
    public static void Note(PlatformDbContext db, string query)
    {
        lock (_known)
        {
            if (_known.Add(Key(db, query)) && _file is not null)
            {
                // At once: the process may be killed any time.
                File.AppendAllText(_file, Key(db, query) + "\n");
            }
        }
    }

    // A line that a killed process left half written is nobody's key.
    private static string Key(PlatformDbContext db, string query) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{db.GetType().Module.ModuleVersionId:N} {query}")));
}
