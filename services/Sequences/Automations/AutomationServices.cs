using ContactPlatform.Sequences.Engagement;
using ContactPlatform.Sequences.LeadScores;

namespace ContactPlatform.Sequences.Automations;

/// <summary>Adds lead scoring and automation.</summary>
public static class AutomationServices
{
    /// <summary>Adds them; with `Automations:Lanes` 0 things are written down, and done by other processes.</summary>
    public static IServiceCollection AddAutomations(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddScoped<EngagementEntries>().AddScoped<CurrentChain>().AddScoped<AutomationFiringStore>().AddScoped<LeadScoreAwardStore>()
            .AddScoped<AutomationReferences>().AddScoped<WebhookCalls>().AddScoped<AutomationDryRuns>();
        return configuration["Automations:Lanes"] == "0" ? services : services
            .AddSingleton(AutomationSettings.Read(configuration))
            .AddScoped<LeadScoreWork>()
            .AddScoped<AutomationWork>()
            .AddScoped<AutomationRunner>()
            .AddScoped<ContactActions>()
            .AddScoped<EnrollmentActions>()
            .AddHostedService<AutomationEngine>()
            .AddHostedService<AutomationSweeper>();
    }

    /// <summary>Serves what is called.</summary>
    public static void MapAutomations(this WebApplication app)
    {
        app.MapGrpcService<LeadScoreRuleEndpoint>();
        app.MapGrpcService<AutomationEndpoint>();
    }
}
