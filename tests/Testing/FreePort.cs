using System.Net;
using System.Net.Sockets;

namespace ContactPlatform.Testing;

/// <summary>TCP ports on 127.0.0.1 that nobody listens on.</summary>
public static class FreePort
{
    private static readonly HashSet<int> _given = [];

    /// <summary>
    /// A port that is free now, and that this process has not given out before. Another process may take it first:
    /// whoever starts a server on it must be ready to see that fail.
    /// </summary>
    public static int Next()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            lock (_given)
            {
                if (_given.Add(port))
                {
                    return port;
                }
            }
        }
    }
}
