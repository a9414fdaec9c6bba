using ContactPlatform.ServiceDefaults.Runs;

namespace ContactPlatform.Contacts.BulkRuns;

/// <summary>Registers what bulk runs need; who works on runs is registered with imports.</summary>
public static class BulkRunServices
{
    /// <summary>Adds it.</summary>
    public static IServiceCollection AddBulkRuns(this IServiceCollection services) =>
        services.AddScoped<BulkRunPieces>().AddScoped<BulkRunChange>().AddSingleton<BulkRunSet>().AddSingleton<IRunExecutor, BulkRunExecutor>();
}
