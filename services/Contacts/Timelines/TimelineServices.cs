using ContactPlatform.ServiceDefaults.Health;

namespace ContactPlatform.Contacts.Timelines;

/// <summary>Adds what timelines need.</summary>
public static class TimelineServices
{
    /// <summary>Adds the writing and reading of timelines and, where Funnel's address is configured, the following of its changes.</summary>
    public static IServiceCollection AddTimelines(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddScoped<TimelineStore>().AddScoped<TimelineReader>()
            .AddSingleton(s => new FunnelPresence(s.GetService<Health.HealthClient>(), s.GetRequiredService<TimeProvider>()));
        if (configuration["services:funnel:grpc:0"] is { Length: > 0 } funnel)
        {
            services.AddHostedService<StageEventConsumer>().AddGrpcClient<Health.HealthClient>(options => options.Address = new Uri(funnel));
        }
        return services;
    }
}
