using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Orchestration;

/// <summary>Free TCP ports of this machine; none is given out twice.</summary>
internal static class Ports
{
    private static readonly ConcurrentDictionary<int, bool> _given = new();

    public static int Free()
    {
        while (true)
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var port = ((IPEndPoint)probe.LocalEndPoint!).Port;
            if (_given.TryAdd(port, true))
            {
                return port;
            }
        }
    }
}
