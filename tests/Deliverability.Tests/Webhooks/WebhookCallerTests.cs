using System.Net;
using System.Net.Sockets;
using System.Text;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.Deliverability.Webhooks;
using ContactPlatform.Testing;

namespace ContactPlatform.Deliverability.Tests.Webhooks;

/// <summary>One call: whom it reaches, and what it makes of the answer.</summary>
public sealed class WebhookCallerTests
{
    [Fact]
    public async Task Only_the_receiver_itself_is_called()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var other = await WebhookReceiver.StartAsync();
        receiver.Answer = (_, http) =>
        {
            http.Response.Redirect(other.Address.ToString());
            return Task.CompletedTask;
        };
        var settings = new WebhookSettings();
        using var open = new WebhookCaller(new([IPNetwork.Parse("127.0.0.1/32")]), settings, TimeProvider.System);
        using var strict = new WebhookCaller(new([]), settings, TimeProvider.System);
        (await open.SendAsync(Call(receiver.Address), default)).ShouldBe(new AttemptOutcome(WebhookAttemptResult.Refused, 302));
        other.Calls.ShouldBeEmpty();
        receiver.Calls.Single().Headers.Select(h => h.ToLowerInvariant())
            .ShouldBe(["content-type", "content-length", "host", "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature"], ignoreOrder: true);
        // A name that leads to this machine, and the address itself past the check of the endpoint.
        foreach (var host in new[] { "localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]" })
        {
            (await strict.SendAsync(Call(new($"http://{host}:{receiver.Address.Port}/")), default)).Result.ShouldBe(WebhookAttemptResult.AddressForbidden, host);
        }
        receiver.Calls.Count.ShouldBe(1);
        (await open.SendAsync(Call(new($"http://127.0.0.1:{FreePort.Next()}/")), default)).Result.ShouldBe(WebhookAttemptResult.Unreachable);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.9\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Long: ")]
    public async Task What_does_not_answer_as_the_web_does_is_told(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var caller = new WebhookCaller(new([IPNetwork.Parse("127.0.0.1/32")]), new(), TimeProvider.System);
        var sending = caller.SendAsync(Call(new($"http://{listener.LocalEndpoint}/")), default);
        using var client = await listener.AcceptTcpClientAsync();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer + new string('x', 20_000) + "\r\n\r\n"));
        (await sending).Result.ShouldBe(WebhookAttemptResult.AnswerInvalid);
    }

    [Fact]
    public async Task A_body_without_an_end_is_not_read()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var ended = new TaskCompletionSource();
        receiver.Answer = async (_, http) =>
        {
            try
            {
                while (!http.RequestAborted.IsCancellationRequested)
                {
                    await http.Response.Body.WriteAsync(new byte[16 << 10], http.RequestAborted);
                }
            }
            catch (OperationCanceledException)
            {
                // The caller has hung up.
            }
            ended.TrySetResult();
        };
        using var caller = new WebhookCaller(new([IPNetwork.Parse("127.0.0.1/32")]), new(), TimeProvider.System);
        (await caller.SendAsync(Call(receiver.Address), default)).ShouldBe(new AttemptOutcome(WebhookAttemptResult.Delivered, 200));
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static WebhookCall Call(Uri url) => new(1, 1, 1, 1, 1, url, [new byte[32]], "{}"u8.ToArray());
}
