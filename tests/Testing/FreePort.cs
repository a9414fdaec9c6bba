using System.Net;
using System.Net.Sockets;

namespace ContactPlatform.Testing;

/// <summary>TCP ports on 127.0.0.1 that nobody listens on.</summary>
public static class FreePort
{
    // Below the ports that systems give to outgoing connections (from 32,768 on Linux, from 49,152 on others), which
    // would take one away between two starts of the server that it was given to.
    private const int First = 12_000, End = 32_000;

    private static readonly List<Socket> _held = [];

    /// <summary>
    /// A port that no other caller gets while this process lives, in whichever process: it is held by a UDP socket of the
    /// same number, which leaves TCP free.
    /// </summary>
    public static int Next()
    {
        while (true)
        {
            var endPoint = new IPEndPoint(IPAddress.Loopback, Random.Shared.Next(First, End));
            var mark = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                mark.Bind(endPoint);
                using var listener = new TcpListener(endPoint);
                listener.Start();
            }
            catch (SocketException)
            {
                mark.Dispose(); // Taken.
                continue;
            }
            lock (_held)
            {
                _held.Add(mark);
            }
            return endPoint.Port;
        }
    }
}
