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
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            if (_given.TryAdd(port, true))
            {
                return port;
            }
        }
    }
}
