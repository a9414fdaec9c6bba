using System.Security.Cryptography;
using System.Text.Json;
using ContactPlatform.LocalTools;

namespace ContactPlatform.AppHost;

/// <summary>The secrets of this clone's runs: made once, so that data outlives a restart and clients keep working.</summary>
/// <param name="ServiceKey">By which the services know each other.</param>
/// <param name="DemoApiKey">Of the demo account.</param>
/// <param name="PostgresPassword">Of the local cluster's superuser; fixed when the cluster is created.</param>
/// <param name="ErasureKey">Of the hashes of erased addresses; null in a file that is older than it.</param>
/// <param name="MailKey">Of all that mails carry and that comes back; null in a file that is older than it.</param>
internal sealed record RunSecrets(string ServiceKey, string DemoApiKey, string PostgresPassword, string? ErasureKey, string? MailKey);

/// <summary>What a run leaves behind for the next: databases and secrets. One run at a time has it.</summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
        Secrets = ReadOrMakeSecrets(System.IO.Path.Combine(path, "secrets.json"));
    }

    /// <summary>Absolute; exists.</summary>
    public string Path { get; }

    public RunSecrets Secrets { get; }

    /// <summary>Null when another run has it. The lock is the process's: it ends with it, however it ends.</summary>
    /// <param name="path">Where it is, or is to be; null: this clone's own.</param>
    public static DataFolder? Open(string? path)
    {
        path ??= System.IO.Path.Combine(RepoRoot.LocalFolder, "data");
        Directory.CreateDirectory(path);
        try
        {
            return new DataFolder(path, new FileStream(
                System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Writes a file that only this user can read, whole or not at all.</summary>
    /// <returns>Its path.</returns>
    public string WriteSecret(string name, string text)
    {
        var file = System.IO.Path.Combine(Path, name);
        Write(file, text);
        return file;
    }

    public void Dispose() => _lock.Dispose();

    private static RunSecrets ReadOrMakeSecrets(string file)
    {
        if (File.Exists(file))
        {
            var kept = JsonSerializer.Deserialize<RunSecrets>(File.ReadAllText(file), _json)
                ?? throw new InvalidDataException($"{file} is empty: without its password the databases beside it are lost; `./dev clean` starts afresh");
            return kept.ErasureKey is null || kept.MailKey is null ? Keep(kept with { ErasureKey = kept.ErasureKey ?? Make(), MailKey = kept.MailKey ?? Make() }) : kept;
        }

        return Keep(new RunSecrets(Make(), Make(), Make(), Make(), Make()));

        RunSecrets Keep(RunSecrets secrets)
        {
            Write(file, JsonSerializer.Serialize(secrets, _json));
            return secrets;
        }

        static string Make() => RandomNumberGenerator.GetHexString(48, lowercase: true);
    }

    private static void Write(string file, string text)
    {
        var part = file + ".part";
        File.Delete(part);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var writer = new StreamWriter(part, options))
        {
            writer.Write(text);
        }

        File.Move(part, file, overwrite: true);
    }
}
