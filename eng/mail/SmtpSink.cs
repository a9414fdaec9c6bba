using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ContactPlatform.MailSink;

/// <summary>A mail server on the loopback that takes every mail and delivers none.</summary>
public sealed class SmtpSink : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly TcpListener listener;
    private readonly ConcurrentQueue<SinkMail> mails = new();
    private readonly Task accepting;
    private int open;
    private int mostOpen;
    private long count;
    private long connections;

    /// <summary>Listens.</summary>
    /// <param name="port">0 for any.</param>
    /// <param name="behaviour">As usual when null.</param>
    public SmtpSink(int port = 0, SinkBehaviour? behaviour = null)
    {
        Behaviour = behaviour ?? new();
        listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start(512);
        accepting = AcceptAsync();
    }

    /// <summary>How it behaves; may be changed at any time.</summary>
    public SinkBehaviour Behaviour { get; }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The mails that are kept, oldest first.</summary>
    public IReadOnlyCollection<SinkMail> Mails => mails;

    /// <summary>Mails that came.</summary>
    public long Count => Interlocked.Read(ref count);

    /// <summary>Connections that came.</summary>
    public long Connections => Interlocked.Read(ref connections);

    /// <summary>The most that were open at one time.</summary>
    public int MostOpen => Volatile.Read(ref mostOpen);

    internal SinkMail Take(string from, IReadOnlyList<string> to, string content)
    {
        var mail = new SinkMail(Interlocked.Increment(ref count), TimeProvider.System.GetUtcNow(), from, to, content);
        mails.Enqueue(mail);
        while (mails.Count > Behaviour.Kept)
        {
            mails.TryDequeue(out _);
        }
        return mail;
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptSocketAsync(stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
            Interlocked.Increment(ref connections);
            _ = ServeAsync(socket);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        var now = Interlocked.Increment(ref open);
        for (var most = mostOpen; now > most && Interlocked.CompareExchange(ref mostOpen, now, most) != most; most = mostOpen)
        {
        }
        try
        {
            socket.NoDelay = true;
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await new SinkSession(this, stream).RunAsync(stopping.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The other side has gone, or the sink is stopping.
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await accepting;
        stopping.Dispose();
    }
}
