namespace Aspire.Hosting.Orchestration;

/// <summary>One run of a process, from waiting to exit: ask it to stop, then await its end.</summary>
internal sealed record Lifetime(StopRequest Stop, Task Ended);

/// <summary>Somebody wants a run to end.</summary>
internal sealed class StopRequest : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>For what can be called off before there is a process.</summary>
    public CancellationToken Token => _source.Token;

    public Task Asked => _asked.Task;

    /// <summary>From being asked to go to being made to.</summary>
    public TimeSpan Patience { get; private set; }

    public async Task AskAsync(TimeSpan patience)
    {
        Patience = patience;
        _asked.TrySetResult();
        await _source.CancelAsync();
    }

    public void Dispose() => _source.Dispose();
}
