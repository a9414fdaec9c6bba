using System.Net;
using System.Net.Sockets;

namespace ContactPlatform.Testing.Faults;

/// <summary>
/// A TCP proxy before PostgreSQL. When told to, it lets one COMMIT through and cuts the connection instead of passing
/// the answer on: the database has committed, and who asked for it cannot know.
/// </summary>
public sealed class CommitCutter : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly Task _accepting;
    private int _armed;
    private int _cuts;

    /// <summary>Starts listening.</summary>
    /// <param name="target">Port of PostgreSQL on 127.0.0.1.</param>
    public CommitCutter(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Number of answers lost so far.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Loses the answers to the next commits.</summary>
    public void CutNext(int commits = 1) => Volatile.Write(ref _armed, commits);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = PassAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient { NoDelay = true };
        near.NoDelay = true;
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var cut = new StrongBox();
            await Task.WhenAny(CopyAsync(near, far, cut, toServer: true, end.Token), CopyAsync(far, near, cut, toServer: false, end.Token));
            await end.CancelAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException)
        {
            // Either side is gone, and with it the other.
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, StrongBox cut, bool toServer, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                if (toServer && buffer.AsSpan(0, read).IndexOf("COMMIT\0"u8) >= 0 && Take())
                {
                    cut.Value = true;
                }
                else if (!toServer && cut.Value)
                {
                    // The answer: the database has done it, and nobody hears.
                    Interlocked.Increment(ref _cuts);
                    return;
                }
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // As above.
        }
    }

    private bool Take()
    {
        while (Volatile.Read(ref _armed) is > 0 and var armed)
        {
            if (Interlocked.CompareExchange(ref _armed, armed - 1, armed) == armed)
            {
                return true;
            }
        }
        return false;
    }

    private sealed class StrongBox
    {
        public volatile bool Value;
    }
}
