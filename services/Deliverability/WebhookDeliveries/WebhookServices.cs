using ContactPlatform.Deliverability.Webhooks;

namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>Registers what webhooks need.</summary>
public static class WebhookServices
{
    /// <summary>Registers it, but for who calls them.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = WebhookSettings.Read(configuration);
        return services
            .AddSingleton(settings)
            .AddSingleton(new ForbiddenNetworks(settings.AllowedNetworks))
            .AddSingleton<WebhookSecrets>()
            .AddSingleton<WebhookCaller>()
            .AddSingleton<WebhookSending>()
            .AddScoped<WebhookStore>()
            .AddScoped<WebhookOutbox>()
            .AddScoped<MessageNotes>()
            .AddScoped<WebhookTurns>()
            .AddScoped<WebhookResults>();
    }
}
