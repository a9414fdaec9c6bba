using System.Net;
using System.Net.Sockets;

namespace ContactPlatform.AppHost;

/// <summary>Ports of this machine: the usual one where nobody has it, otherwise any free one.</summary>
internal static class FreePorts
{
    private static readonly HashSet<int> _given = [];

    /// <summary>The preferred port if it can be listened on at this moment, else another, as for 0; never the same twice.</summary>
    public static int Prefer(int port)
    {
        while (port == 0 || _given.Contains(port) || !CanListen(IPAddress.Loopback, port) || !CanListen(IPAddress.IPv6Loopback, port))
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        _given.Add(port);
        return port;
    }

    /// <summary>
    /// The dashboard, its telemetry intake and the resource service listen where the launch profile says, unless
    /// somebody else does already. Without a launch profile they take any free port.
    /// </summary>
    public static void MoveLaunchAddresses()
    {
        foreach (var name in (string[])["ASPNETCORE_URLS", "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"])
        {
            var urls = Environment.GetEnvironmentVariable(name) is { Length: > 0 } given ? given : "http://localhost:0";
            Environment.SetEnvironmentVariable(name, string.Join(';', urls.Split(';').Select(Move)));
        }

        // Plain HTTP is for loopback, where all of this is.
        Environment.SetEnvironmentVariable("ASPIRE_ALLOW_UNSECURED_TRANSPORT", "true");

        static string Move(string url)
        {
            var address = new UriBuilder(url);
            address.Port = Prefer(address.Port);
            return address.Uri.GetLeftPart(UriPartial.Authority);
        }
    }

    private static bool CanListen(IPAddress address, int port)
    {
        try
        {
            using var probe = new TcpListener(address, port);
            probe.Start();
            return true;
        }
        catch (SocketException e)
        {
            // A machine without IPv6 on loopback has nobody there either.
            return address.AddressFamily == AddressFamily.InterNetworkV6
                && e.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported;
        }
    }
}
