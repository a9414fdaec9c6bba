using ContactPlatform.Deliverability.Smtp;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>A place for one connection to the mail server, which is opened when it is needed and closed when it is not for a while.</summary>
public sealed class PooledConnection(SmtpOpening opening, TimeSpan idle, TimeProvider time) : IAsyncDisposable
{
    private SmtpConnection? connection;
    private long lastUsed;

    /// <summary>True while it is open, as far as one knows.</summary>
    public bool Open => connection is { Usable: true };

    /// <summary>Opens the connection, unless it is open.</summary>
    /// <exception cref="SmtpUnavailableException">It cannot be had.</exception>
    public async Task<SmtpConnection> OpenAsync(CancellationToken cancellationToken)
    {
        lastUsed = time.GetTimestamp();
        if (connection is { Usable: true } open)
        {
            return open;
        }
        await CloseAsync();
        return connection = await opening.OpenAsync(cancellationToken);
    }

    /// <summary>Closes the connection when nothing was sent on it for a while.</summary>
    public Task CloseIdleAsync() => connection is not null && time.GetElapsedTime(lastUsed) > idle ? CloseAsync() : Task.CompletedTask;

    private async Task CloseAsync()
    {
        if (connection is { } old)
        {
            connection = null;
            await old.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CloseAsync();
}
