using ContactPlatform.ServiceDefaults.Auth;

namespace ContactPlatform.Sequences.Engine;

/// <summary>Adds the engine.</summary>
public static class EngineServices
{
    /// <summary>Adds it where `services:deliverability:grpc:0` names a Deliverability: without one nothing is done by itself.</summary>
    public static IServiceCollection AddEngine(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration["services:deliverability:grpc:0"] is not { } address)
        {
            return services;
        }
        return services
            .AddDeliverabilityClients(new Uri(address))
            .AddSingleton<DeliverabilityCalls>()
            .AddSingleton(EngineSettings.Read(configuration))
            .AddScoped<DispatchStore>()
            .AddScoped<SenderCounts>()
            .AddScoped<StepClaim>()
            .AddScoped<DispatchWork>()
            .AddScoped<PersonSteps>()
            .AddScoped<Returns>()
            .AddSingleton<StepSender>()
            .AddHostedService<StepEngine>();
    }
}
