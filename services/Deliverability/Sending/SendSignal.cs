using ContactPlatform.ServiceDefaults.Runs;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>Wakes the senders of this process when something was queued; those of others find it by polling.</summary>
public sealed class SendSignal(TimeProvider time) : IDisposable
{
    private readonly RunSignal signal = new(time);

    /// <summary>Says that there is something to send.</summary>
    public void Raise() => signal.Raise();

    /// <summary>Waits for that, at most as long as given.</summary>
    public Task WaitAsync(TimeSpan limit, CancellationToken cancellationToken) => signal.WaitAsync(limit, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => signal.Dispose();
}
