namespace ContactPlatform.Deliverability.ProviderWebhooks;

/// <summary>Providers whose webhooks are understood. The numbers are stored, and are those of contactplatform.deliverability.v1.WebhookProvider.</summary>
public enum ProviderKind : short
{
    /// <summary>Twilio SendGrid's signed Event Webhook.</summary>
    SendGrid = 1,

    /// <summary>Mailgun's webhooks.</summary>
    Mailgun = 2,
}
