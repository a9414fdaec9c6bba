namespace ContactPlatform.Testing;

/// <summary>A folder for one test or server, outside the repository; removed when disposed.</summary>
public sealed class TestFolder : IDisposable
{
    /// <summary>Its absolute path; empty at first.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("contactplatform-test-").FullName;

    /// <summary>Removes it with everything in it.</summary>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
