using ContactPlatform.Contacts.Projections;
using ContactPlatform.ServiceDefaults.Feeds;
using FunnelChange = ContactPlatform.Funnel.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.FunnelProjection;

/// <summary>Adds what follows Funnel.</summary>
public static class FunnelProjectionServices
{
    /// <summary>
    /// Follows the Funnel at `services:funnel:grpc:0`, whenever it is there: neither starting nor any call of Contacts waits
    /// for it. Without an address nothing is followed.
    /// </summary>
    public static IServiceCollection AddFunnelProjection(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddScoped<FeedWait>();
        return configuration["services:funnel:grpc:0"] is not { Length: > 0 } address ? services : services
            .AddFunnelClients(new Uri(address))
            .AddProjection<FunnelFeed, FunnelChange, FunnelProjectionStore>();
    }
}
