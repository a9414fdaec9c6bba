using ContactPlatform.ServiceDefaults.Runs;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Adds what imports need.</summary>
public static class ImportServices
{
    /// <summary>Adds the executor of imports, and what removes their files.</summary>
    public static IServiceCollection AddImports(this IServiceCollection services) =>
        services.AddSingleton<IRunExecutor, ImportExecutor>().AddHostedService<RunWorker>().AddHostedService<ImportSweeper>();
}
