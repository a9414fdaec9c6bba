using System.Reflection;

namespace Aspire.Hosting;

/// <summary>What Aspire.Hosting.targets wrote into the AppHost's assembly at build time.</summary>
internal sealed class AppHostMetadata(Assembly appHost)
{
    private readonly Dictionary<string, string?> _values = appHost.GetCustomAttributes<AssemblyMetadataAttribute>()
        .GroupBy(a => a.Key).ToDictionary(g => g.Key, g => g.First().Value);

    public string Name { get; } = appHost.GetName().Name!;

    /// <summary>The AppHost's project folder: relative paths start there.</summary>
    public string Directory => _values.GetValueOrDefault("apphostprojectpath")
        ?? throw new DistributedApplicationException("the AppHost's project file does not import Aspire.Hosting.targets");

    /// <summary>The dashboard's program; null where it was not unpacked.</summary>
    public string? Dashboard
    {
        get
        {
            var versions = Path.Combine(_values["aspiretools"]!, ".aspire", "versions");
            return System.IO.Directory.Exists(versions)
                ? System.IO.Directory.GetDirectories(versions).Select(v => Path.Combine(v, "managed", "aspire-managed")).FirstOrDefault(File.Exists)
                : null;
        }
    }

    /// <summary>The assembly that a project builds.</summary>
    /// <param name="projectPath">Absolute.</param>
    public string Output(string projectPath) => _values.GetValueOrDefault("project:" + projectPath)
        ?? throw new DistributedApplicationException(
            $"{projectPath} is not among the AppHost's project references with ReferenceOutputAssembly=false");
}
