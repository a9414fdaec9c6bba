using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ContactPlatform.AppHost;

/// <summary>Ready when it answers PING (https://redis.io/docs/latest/commands/ping/).</summary>
internal sealed class RedisPing(int port) : IHealthCheck
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(5);

    public static HealthCheckRegistration HealthCheck(string key, int port) =>
        new(key, new RedisPing(port), HealthStatus.Unhealthy, tags: null, _timeout);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            using var client = new TcpClient(AddressFamily.InterNetwork);
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            await using var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), cancellationToken);
            var reply = new byte["+PONG\r\n".Length];
            await stream.ReadExactlyAsync(reply, cancellationToken);
            return reply.AsSpan().SequenceEqual("+PONG\r\n"u8) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("it did not answer PONG");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }
}
