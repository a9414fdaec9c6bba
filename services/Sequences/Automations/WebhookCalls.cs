using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Sequences.Automations;

/// <summary>Has Deliverability call webhooks, where it is configured.</summary>
public sealed class WebhookCalls(IServiceProvider services, CurrentAccount account)
{
    /// <summary>Checks that a webhook is there.</summary>
    public Task CheckAsync(long webhookId, CancellationToken cancellationToken) => AskAsync(new() { WebhookId = webhookId, ValidateOnly = true }, cancellationToken);

    /// <summary>Has one be called.</summary>
    public Task CallAsync(long webhookId, string requestId, WebhookAutomationCall call, CancellationToken cancellationToken) =>
        AskAsync(new() { WebhookId = webhookId, RequestId = requestId, AutomationCall = call }, cancellationToken);

    private async Task AskAsync(CallWebhookRequest request, CancellationToken cancellationToken)
    {
        var webhooks = services.GetService<WebhookService.WebhookServiceClient>()
            ?? throw new RefusalException(new Refusal(CommonReasons.ServiceUnavailable, "no Deliverability is configured, and it calls webhooks").With("service", "deliverability"));
        await services.GetRequiredService<DeliverabilityCalls>().AskAsync(account.Id, options => webhooks.CallWebhookAsync(request, options), cancellationToken);
    }
}
