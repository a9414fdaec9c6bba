using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace ContactPlatform.AppHost;

/// <summary>
/// Databases and Redis that somebody else runs, by the settings that the services have for them: ConnectionStrings:contacts and
/// so on, ConnectionStrings:redis, and Database:Provider for the kind (PostgreSql unless given).
/// </summary>
internal static class ExternalStores
{
    private static readonly string[] Needed = ["contacts", "funnel", "deliverability", "sequences", "redis"];

    /// <summary>What the configuration lacks, for a person; null when nothing.</summary>
    public static string? Missing(IConfiguration configuration) =>
        Needed.Where(name => string.IsNullOrEmpty(configuration.GetConnectionString(name))).Select(name => "ConnectionStrings__" + name).ToList() is { Count: > 0 } missing
            ? $"--profile external: the environment lacks {string.Join(", ", missing)}"
            : null;

    public static Stores Add(IDistributedApplicationBuilder builder) => new(
        builder.Configuration["Database:Provider"] ?? "PostgreSql",
        builder.Store("contacts"),
        builder.Store("funnel"),
        builder.Store("deliverability"),
        builder.Store("sequences"),
        builder.Store("redis"),
        []);

    // A resource is looked up by its own name, and the service's is taken.
    private static IResourceBuilder<IResourceWithConnectionString> Store(this IDistributedApplicationBuilder builder, string name)
    {
        builder.Configuration[$"ConnectionStrings:{name}-store"] = builder.Configuration.GetConnectionString(name);
        return builder.AddConnectionString($"{name}-store");
    }
}
