using System.Runtime.InteropServices;

namespace ContactPlatform.Testing;

/// <summary>POSIX signals that <see cref="System.Diagnostics.Process"/> cannot send. Numbers are the system's own.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;

    public static int Stop { get; } = OperatingSystem.IsMacOS() ? 17 : 19;

    public static int Continue { get; } = OperatingSystem.IsMacOS() ? 19 : 18;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Send(int pid, int signal);
}
