using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.Testing;

/// <summary>A call as it arrived.</summary>
/// <param name="Path">Where.</param>
/// <param name="Id">Its `webhook-id`.</param>
/// <param name="Timestamp">Its `webhook-timestamp`.</param>
/// <param name="Signature">Its `webhook-signature`.</param>
/// <param name="Headers">All names of its header.</param>
/// <param name="Body">Its body.</param>
public sealed record ReceivedCall(string Path, string Id, string Timestamp, string Signature, IReadOnlyCollection<string> Headers, string Body)
{
    /// <summary>The event's type.</summary>
    public string Type => Json.GetProperty("type").GetString()!;

    /// <summary>When it happened.</summary>
    public string Timestamped => Json.GetProperty("timestamp").GetString()!;

    /// <summary>The event's data.</summary>
    public JsonElement Data => Json.GetProperty("data");

    private JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>Whether one of its signatures fits a secret, worked out from the text of the specification and from nothing of the service.</summary>
    public bool IsSignedBy(string secret)
    {
        const string prefix = "whsec_";
        using var mac = new HMACSHA256(Convert.FromBase64String(secret.StartsWith(prefix, StringComparison.Ordinal) ? secret[prefix.Length..] : throw new ArgumentException($"does not begin with {prefix}", nameof(secret))));
        var expected = Convert.ToBase64String(mac.ComputeHash(Encoding.UTF8.GetBytes(Id + "." + Timestamp + "." + Body)));
        return Signature.Split(' ').Any(s => s == "v1," + expected);
    }
}

/// <summary>A receiver on this machine, which answers as a test says.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<ReceivedCall> calls = new();

    private WebhookReceiver(WebApplication app, Uri address) => (this.app, Address) = (app, address);

    /// <summary>Where it is.</summary>
    public Uri Address { get; }

    /// <summary>What arrived, in order.</summary>
    public IReadOnlyList<ReceivedCall> Calls => [.. calls];

    /// <summary>Answers a call, which has been noted.</summary>
    public Func<ReceivedCall, HttpContext, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Starts one at a port of its own.</summary>
    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"));
        builder.WebHost.UseUrls(address.ToString());
        var app = builder.Build();
        var receiver = new WebhookReceiver(app, address);
        app.Run(receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <summary>Answers everything with a status.</summary>
    public void AnswerWith(int status) => Answer = (_, http) =>
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var headers = http.Request.Headers;
        var call = new ReceivedCall(http.Request.Path, headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString(), headers["webhook-signature"].ToString(), [.. headers.Keys], await reader.ReadToEndAsync());
        calls.Enqueue(call);
        await Answer(call, http);
    }
}
