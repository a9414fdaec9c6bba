namespace ContactPlatform.Deliverability.DeliveryEvents;

/// <summary>Registers what deliveries' events need.</summary>
public static class DeliveryEventServices
{
    /// <summary>Registers it.</summary>
    public static IServiceCollection AddDeliveryEvents(this IServiceCollection services) => services
        .AddScoped<EventRecipients>()
        .AddScoped<EventRows>()
        .AddScoped<DeliveryEventStore>()
        .AddScoped<EventStream>();
}
