namespace ContactPlatform.ServiceDefaults.Runs;

/// <summary>Wakes the run worker of this process when a run was queued; the others find it by polling.</summary>
public sealed class RunSignal(TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim wake = new(0, 1);

    /// <summary>Says that there is something to do.</summary>
    public void Raise()
    {
        try
        {
            wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already raised and not yet seen: one is enough.
        }
    }

    /// <summary>Waits for the signal, at most as long as given.</summary>
    public async Task WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        await wake.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public void Dispose() => wake.Dispose();
}
