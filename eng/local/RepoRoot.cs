namespace ContactPlatform.LocalTools;

/// <summary>Where this clone of the repository lies, for programs that run from its own build output.</summary>
public static class RepoRoot
{
    /// <summary>The absolute path of the clone that the running program was built in.</summary>
    /// <exception cref="DirectoryNotFoundException">The program runs outside a clone.</exception>
    public static string Path { get; } = Find();

    /// <summary>
    /// Holds everything that a run, a build or a test leaves behind, and is ignored by git.
    /// Not created by reading this property.
    /// </summary>
    public static string LocalFolder => System.IO.Path.Combine(Path, ".local");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "eng", "local", "postgres.sh")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"{AppContext.BaseDirectory} is not inside a clone of the repository");
    }
}
