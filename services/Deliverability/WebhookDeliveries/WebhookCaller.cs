using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.Webhooks;

namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>
/// Makes calls. The host's name is looked up here, and the connection goes to the very address that was checked, so that a
/// name which leads elsewhere a moment later leads nowhere. No proxy, no redirect, no cookies, nothing of ours in the header
/// but what the contract names; of the answer only the status is looked at.
/// </summary>
public sealed class WebhookCaller : IDisposable
{
    private const string UserAgent = "ContactPlatform-Webhooks/1";

    /// <summary>Addresses of a host that are tried.</summary>
    private const int TriedAddresses = 4;

    private readonly HttpMessageInvoker http;
    private readonly ForbiddenNetworks forbidden;
    private readonly WebhookSettings settings;
    private readonly TimeProvider time;

    /// <summary>Opens nothing yet.</summary>
    public WebhookCaller(ForbiddenNetworks forbidden, WebhookSettings settings, TimeProvider time)
    {
        (this.forbidden, this.settings, this.time) = (forbidden, settings, time);
        http = new(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            Credentials = null,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.None,
            MaxConnectionsPerServer = settings.PerWebhook * 2,
            MaxResponseHeadersLength = 16,
            // What the receiver says beyond its status is read only so far that the connection can be used again.
            MaxResponseDrainSize = 64 << 10,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        });
    }

    /// <summary>Makes a call.</summary>
    /// <exception cref="OperationCanceledException">Given up by the token, and nobody knows what became of it.</exception>
    public async Task<AttemptOutcome> SendAsync(WebhookCall call, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(settings.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var request = Request(call);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            var code = (int)response.StatusCode;
            return response.IsSuccessStatusCode ? new(WebhookAttemptResult.Delivered, code) : new(WebhookAttemptResult.Refused, code, RetryAfter(response.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new(WebhookAttemptResult.TimedOut);
        }
        catch (HttpRequestException e)
        {
            return new(e.InnerException is ForbiddenAddressException ? WebhookAttemptResult.AddressForbidden
                : e.HttpRequestError is HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.HttpProtocolError ? WebhookAttemptResult.AnswerInvalid
                : WebhookAttemptResult.Unreachable);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private HttpRequestMessage Request(WebhookCall call)
    {
        var (id, seconds) = (WebhookDeliveryRow.MessageId(call.DeliveryId), time.GetUtcNow().ToUnixTimeSeconds());
        var request = new HttpRequestMessage(HttpMethod.Post, call.Url) { Content = new ByteArrayContent(call.Body), Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("User-Agent", UserAgent);
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", seconds.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Sign(call.Keys, id, seconds, call.Body));
        return request;
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date && date > time.GetUtcNow() ? date - time.GetUtcNow() : null);

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var found = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var addresses = found.Where(a => forbidden.Problem(a) is null).Take(TriedAddresses).ToList();
        if (addresses.Count == 0)
        {
            throw new ForbiddenAddressException();
        }
        for (var i = 0; ; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[i], context.DnsEndPoint.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException) when (i < addresses.Count - 1)
            {
                // The next address may answer.
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private sealed class ForbiddenAddressException() : Exception("the host is at no address that may be called");
}
