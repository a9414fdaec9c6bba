using Aspire.Hosting;
using Microsoft.Extensions.Configuration;

namespace ContactPlatform.AppHost;

/// <summary>
/// Databases and Redis that somebody else runs: ConnectionStrings:contacts-database, :funnel-database,
/// :deliverability-database, :sequences-database and :redis-server of the configuration, Database:Provider for the kind (SqlServer unless given).
/// </summary>
internal static class ExternalStores
{
    public static Stores Add(IDistributedApplicationBuilder builder) => new(
        builder.Configuration["Database:Provider"] ?? "SqlServer",
        builder.AddConnectionString("contacts-database"),
        builder.AddConnectionString("funnel-database"),
        builder.AddConnectionString("deliverability-database"),
        builder.AddConnectionString("sequences-database"),
        builder.AddConnectionString("redis-server"),
        []);
}
