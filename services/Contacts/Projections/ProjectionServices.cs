using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ContactPlatform.Contacts.Projections;

/// <summary>Adds projections of other services.</summary>
public static class ProjectionServices
{
    /// <summary>
    /// Follows a service whenever it is there, and can rebuild what is kept of it: neither starting nor any call of Contacts waits for
    /// the service.
    /// </summary>
    public static IServiceCollection AddProjection<TFeed, TChange, TStore>(this IServiceCollection services)
        where TFeed : ProjectionFeed<TChange> where TStore : class
    {
        services.TryAddScoped<RebuildStore>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IRunExecutor, RebuildExecutor>());
        return services
            .AddSingleton<TFeed>()
            .AddSingleton<IProjectionFeed>(provider => provider.GetRequiredService<TFeed>())
            .AddScoped<TStore>()
            .AddHostedService<ProjectionConsumer<TFeed, TChange>>();
    }
}
