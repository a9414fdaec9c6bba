using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Owns an endpoint's public port on the loopback addresses and spreads its connections over the replicas in turn.</summary>
internal sealed partial class TcpProxy : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpListener> _listeners = [];
    private readonly Func<IReadOnlyList<int>> _targets;
    private readonly ILogger _logger;
    private readonly Task _accepting;
    private int _turn = -1;

    /// <param name="port">The port to own; null for any free one.</param>
    /// <param name="targets">The ports of the replicas that run now.</param>
    /// <param name="logger">Hears of connections that found nobody.</param>
    /// <exception cref="DistributedApplicationException">The port is taken.</exception>
    public TcpProxy(int? port, Func<IReadOnlyList<int>> targets, ILogger logger)
    {
        _targets = targets;
        _logger = logger;
        Port = port ?? Ports.Free();
        Listen(IPAddress.Loopback);
        if (Socket.OSSupportsIPv6)
        {
            // "localhost" is both, and callers may try this one first.
            Listen(IPAddress.IPv6Loopback);
        }

        _accepting = Task.WhenAll(_listeners.Select(AcceptAsync));
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }

        await _accepting;
        _stop.Dispose();
    }

    private void Listen(IPAddress address)
    {
        var listener = new TcpListener(address, Port);
        try
        {
            listener.Start();
            _listeners.Add(listener);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            // The kernel has IPv6, this machine's loopback does not: callers use the other address.
            listener.Dispose();
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new DistributedApplicationException($"port {Port} cannot be listened on: {e.Message}", e);
        }
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptSocketAsync(_stop.Token));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                // A caller that hung up before it was accepted.
                LogAcceptFailed(_logger, Port, e.Message);
            }
        }
    }

    private async Task ServeAsync(Socket caller)
    {
        using (caller)
        {
            try
            {
                using var target = await ConnectAsync();
                if (target is null)
                {
                    LogNobody(_logger, Port);
                    return;
                }

                caller.NoDelay = true;
                await Task.WhenAll(PumpAsync(caller, target), PumpAsync(target, caller));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // One side broke off or the application stops: closing both sockets tells the other.
                LogBroken(_logger, Port, e.Message);
            }
        }
    }

    private async Task<Socket?> ConnectAsync()
    {
        var targets = _targets();
        for (var attempt = 0; attempt < targets.Count; attempt++)
        {
            var turn = (uint)Interlocked.Increment(ref _turn);
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, targets[(int)(turn % targets.Count)], _stop.Token);
                return socket;
            }
            catch (SocketException)
            {
                // Started but not listening yet, or just gone: the next one may do.
                socket.Dispose();
            }
        }

        return null;
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        await using var source = new NetworkStream(from);
        await using var sink = new NetworkStream(to);
        try
        {
            await source.CopyToAsync(sink, _stop.Token);
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            // So that the other direction ends too, and with it both sockets.
            from.Close();
            to.Close();
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A caller of port {Port} went away: {Error}")]
    private static partial void LogAcceptFailed(ILogger logger, int port, string error);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A caller of port {Port} found no replica that listens")]
    private static partial void LogNobody(ILogger logger, int port);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A connection to port {Port} broke: {Error}")]
    private static partial void LogBroken(ILogger logger, int port, string error);
}
