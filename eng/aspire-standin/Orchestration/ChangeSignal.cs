namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Tells any number of watchers that something changed. A watcher takes <see cref="Next"/> first, then looks, then
/// awaits it: so it misses nothing, and a slow one skips what was overtaken.
/// </summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource _next = New();
    private long _version;

    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Returns a number that is higher than all before.</summary>
    public long NextVersion() => Interlocked.Increment(ref _version);

    public void Raise() => Interlocked.Exchange(ref _next, New()).SetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
