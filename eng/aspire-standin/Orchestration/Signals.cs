using System.Runtime.InteropServices;

namespace Aspire.Hosting.Orchestration;

/// <summary>Signals to processes and, as negative ids, to whole process groups. One that is gone already is no error.</summary>
internal static class Signals
{
    private const int Kill = 9;
    private const int Term = 15;

    public static void Terminate(int pid) => _ = Send(pid, Term);

    public static void KillGroup(int pid) => _ = Send(-pid, Kill);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Send(int pid, int signal);
}
