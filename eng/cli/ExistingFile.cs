namespace ContactPlatform.Cli;

/// <summary>Files that people name.</summary>
internal static class ExistingFile
{
    /// <summary>The file.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static FileInfo Require(FileInfo file) => file.Exists ? file : throw new CliException($"There is no file {file.FullName}.");
}
