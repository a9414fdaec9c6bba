using System.Globalization;

namespace ContactPlatform.Testing;

/// <summary>
/// A disk of a few hundred megabytes that can be filled up: a tmpfs that only its own processes see (a mount namespace,
/// mount_namespaces(7)), held by a sleeping process, so that it outlives the server on it. Needs root.
/// </summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private const string Filler = "filler";

    private readonly ChildProcess _holder;
    private readonly string _folder;

    private SmallDisk(ChildProcess holder, string folder) => (_holder, _folder) = (holder, folder);

    /// <summary>True where this process may mount one.</summary>
    public static bool IsPossible => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists("/usr/bin/unshare");

    /// <summary>Mounts one over a folder.</summary>
    /// <param name="folder">An empty folder; other processes see it as it was.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<SmallDisk> MountAsync(string folder, long bytes, CancellationToken cancellationToken)
    {
        var holder = ChildProcess.Start("unshare", ["--mount", "bash", "-c", """mount -t tmpfs -o "size=$1,mode=0755" tmpfs "$2" && echo mounted && exec sleep infinity""", "_", bytes.ToString(CultureInfo.InvariantCulture), folder]);
        await holder.WaitForLineAsync(l => l == "mounted", cancellationToken);
        return new SmallDisk(holder, folder);
    }

    /// <summary>The same program, where it sees the disk.</summary>
    public LocalTools.ServerCommand On(LocalTools.ServerCommand command) =>
        new("nsenter", [string.Create(CultureInfo.InvariantCulture, $"--mount=/proc/{_holder.Id}/ns/mnt"), "--", command.FileName, .. command.Arguments]);

    /// <summary>Writes until nothing more fits.</summary>
    /// <returns>Bytes written.</returns>
    public long Fill()
    {
        using var file = new FileStream(Inside(Filler), FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var (piece, written) = (new byte[4096], 0L);
        try
        {
            while (true)
            {
                file.Write(piece);
                written += piece.Length;
            }
        }
        catch (IOException)
        {
            return written;
        }
    }

    /// <summary>Makes room again.</summary>
    public void Free() => File.Delete(Inside(Filler));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _holder.DisposeAsync();

    private string Inside(string name) => string.Create(CultureInfo.InvariantCulture, $"/proc/{_holder.Id}/root{_folder}/{name}");
}
