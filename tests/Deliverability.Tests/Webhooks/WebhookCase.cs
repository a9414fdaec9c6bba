using ContactPlatform.Deliverability.V1;
using ContactPlatform.Testing;
using static ContactPlatform.Deliverability.Tests.PlatformFixture;

namespace ContactPlatform.Deliverability.Tests.Webhooks;

/// <summary>A receiver of its own for each test of the running services, and no webhooks left behind.</summary>
public abstract class WebhookCase(PlatformFixture platform) : IAsyncLifetime
{
    /// <summary>The fixture.</summary>
    protected PlatformFixture Platform => platform;

    /// <summary>Takes the calls.</summary>
    internal WebhookReceiver Receiver { get; private set; } = null!;

    public async Task InitializeAsync() => Receiver = await WebhookReceiver.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var headers in new[] { platform.Headers, platform.OtherHeaders })
        {
            foreach (var webhook in (await platform.Webhooks.ListWebhooksAsync(new() { PageSize = 1000 }, headers)).Webhooks)
            {
                await platform.Webhooks.DeleteWebhookAsync(new() { WebhookId = webhook.WebhookId }, headers);
            }
        }
        await Receiver.DisposeAsync();
    }

    /// <summary>Asks for a webhook that wants these types; for all without any.</summary>
    protected CreateWebhookRequest Request(params WebhookEventType[] types) => new() { Webhook = new() { Url = Receiver.Address + "hook", DisplayName = "mine", EventTypes = { types } } };

    /// <summary>Makes one.</summary>
    protected async Task<(Webhook Webhook, string Secret)> CreateAsync(params WebhookEventType[] types)
    {
        var made = await platform.Webhooks.CreateWebhookAsync(Request(types), platform.Headers);
        return (made.Webhook, made.Secret);
    }

    /// <summary>Its deliveries, newest first.</summary>
    protected async Task<List<WebhookDelivery>> DeliveriesAsync(long webhookId, WebhookDeliveryState state = WebhookDeliveryState.Unspecified) =>
        [.. (await platform.WebhookDeliveries.ListWebhookDeliveriesAsync(new() { WebhookId = webhookId, State = state }, platform.Headers)).WebhookDeliveries];

    /// <summary>Waits for calls.</summary>
    protected Task ArrivedAsync(int count) => UntilAsync(() => Task.FromResult(Receiver.Calls.Count >= count));
}
