using System.Runtime.InteropServices;

namespace ContactPlatform.Cli;

/// <summary>
/// Ends this program when it is asked to, by Ctrl-C or SIGTERM: what it does is cancelled, and left as it is where that takes too long or
/// where it is asked again. (The parser's own way throws when it is asked twice.)
/// </summary>
internal sealed class Ending : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _end = new();
    private readonly PosixSignalRegistration[] _signals;
    private int _exitCode;

    public Ending() => _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Asked), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Asked)];

    /// <summary>Cancelled when the program is asked to end.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>As shells count: 128 and the number of the signal.</summary>
    public int ExitCode => _exitCode == 0 ? 130 : _exitCode;

    public void Dispose() => Array.ForEach(_signals, s => s.Dispose());

    private void Asked(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (Interlocked.CompareExchange(ref _exitCode, signal.Signal == PosixSignal.SIGINT ? 130 : 143, 0) != 0)
        {
            Environment.Exit(_exitCode);
        }

        _ = LeaveAsync();
        _end.Cancel();
    }

    private async Task LeaveAsync()
    {
        await Task.Delay(_patience, TimeProvider.System);
        Environment.Exit(_exitCode);
    }
}
