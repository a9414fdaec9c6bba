namespace ContactPlatform.ServiceDefaults.Runs;

/// <summary>
/// Bulk work gives way to single calls of the same process: while some come, it pauses after each piece for twice as long
/// as the piece took, so that it takes at most a third of the machine's time. Nobody calls, and it does not wait.
/// </summary>
public sealed class RightOfWay(TimeProvider time)
{
    /// <summary>How long a call is followed by others, as bulk work assumes.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private long lastCall = long.MinValue;

    /// <summary>Notes a call.</summary>
    public void Called() => Volatile.Write(ref lastCall, time.GetTimestamp());

    /// <summary>Pauses after a piece of bulk work where there are callers. No transaction may be open.</summary>
    /// <param name="began">Timestamp of the piece's beginning.</param>
    /// <param name="cancellationToken">Ends the pause.</param>
    public Task GiveWayAsync(long began, CancellationToken cancellationToken)
    {
        var last = Volatile.Read(ref lastCall);
        if (last == long.MinValue || time.GetElapsedTime(last) > Recent)
        {
            return Task.CompletedTask;
        }
        var pause = 2 * time.GetElapsedTime(began);
        return Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancellationToken);
    }
}
