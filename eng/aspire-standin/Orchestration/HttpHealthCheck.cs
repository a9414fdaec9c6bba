using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Asks an endpoint, each time over a new connection: a kept one would know one replica only. By hand, since a service that
/// starts is asked several times a second, and who hears nothing from it must not throw to say so.
/// </summary>
internal sealed class HttpHealthCheck(EndpointReference endpoint, string path, int statusCode) : IHealthCheck
{
    private const string Version = "HTTP/1.1 ";
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(5);

    public HealthCheckRegistration Registration(string key) => new(key, this, HealthStatus.Unhealthy, tags: null, _timeout);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var address = new Uri(new Uri(endpoint.Url), path);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.Host, address.Port, cancellationToken);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n\r\n"), cancellationToken);
            var start = new byte[$"{Version}200".Length];
            if (await stream.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken) < start.Length)
            {
                return HealthCheckResult.Unhealthy($"{address} did not answer");
            }
            var line = Encoding.ASCII.GetString(start);
            return line == $"{Version}{statusCode}"
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"{address} answered {(line.StartsWith(Version, StringComparison.Ordinal) ? line[Version.Length..] : "no HTTP/1.1")}, not {statusCode}");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return HealthCheckResult.Unhealthy($"{address} did not answer: {e.Message}");
        }
    }
}
