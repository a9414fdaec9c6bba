using ContactPlatform.Contacts.Consent;
using ContactPlatform.Contacts.ImportUndos;
using ContactPlatform.ServiceDefaults.Runs;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Adds what imports need.</summary>
public static class ImportServices
{
    /// <summary>Adds the executors of imports and of their undoing, consent, and what removes files.</summary>
    public static IServiceCollection AddImports(this IServiceCollection services) =>
        services.AddScoped<SuppressionStore>().AddScoped<UnsubscribeStore>()
            .AddSingleton<IRunExecutor, ImportExecutor>().AddSingleton<IRunExecutor, ImportUndoExecutor>().AddHostedService<RunWorker>().AddHostedService<ImportSweeper>();
}
