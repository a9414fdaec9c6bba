using ContactPlatform.Sequences.Engagement;
using ContactPlatform.Sequences.LeadScores;

namespace ContactPlatform.Sequences.Automations;

/// <summary>Adds lead scoring.</summary>
public static class AutomationServices
{
    /// <summary>Adds it; with `Automations:Lanes` 0 things are written down, and done by other processes.</summary>
    public static IServiceCollection AddAutomations(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddScoped<LeadScoreAwardStore>().AddScoped<EngagementEntries>().AddScoped<LeadScoreWork>();
        return configuration["Automations:Lanes"] == "0" ? services : services.AddSingleton<Lane>().AddHostedService<AutomationEngine>();
    }

    /// <summary>Serves what is called.</summary>
    public static void MapAutomations(this WebApplication app) => app.MapGrpcService<LeadScoreRuleEndpoint>();
}

/// <summary>Does what contacts' entering a status has set off. Any number of processes do this on one database.</summary>
public sealed class AutomationEngine(Lane lane) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => lane.RunAsync<LeadScoreWork>((work, cancel) => work.BringAsync(cancel), stoppingToken);
}
