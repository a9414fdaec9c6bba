using ContactPlatform.Contacts.Consent;
using ContactPlatform.Contacts.Projections;
using DeliverabilityChange = ContactPlatform.Deliverability.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.DeliverabilityProjection;

/// <summary>Adds what follows Deliverability.</summary>
public static class DeliverabilityProjectionServices
{
    /// <summary>
    /// Follows the Deliverability at `services:deliverability:grpc:0`, whenever it is there: neither starting nor any call of
    /// Contacts waits for it. Without an address nothing is followed.
    /// </summary>
    public static IServiceCollection AddDeliverabilityProjection(this IServiceCollection services, IConfiguration configuration) =>
        configuration["services:deliverability:grpc:0"] is not { Length: > 0 } address ? services : services
            .AddDeliverabilityClients(new Uri(address))
            .AddScoped<LinkUnsubscriptions>()
            .AddProjection<DeliverabilityFeed, DeliverabilityChange, DeliverabilityProjectionStore>()
            .AddHostedService<Timelines.DeliverabilityEventConsumer>();
}
