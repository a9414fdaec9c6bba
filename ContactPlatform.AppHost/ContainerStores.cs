#if CONTAINERS
using Aspire.Hosting;

namespace ContactPlatform.AppHost;

/// <summary>SQL Server and Redis in containers; SQL Server's data is kept in a volume.</summary>
internal static class ContainerStores
{
    public static Stores Add(IDistributedApplicationBuilder builder)
    {
        var sqlServer = builder.AddSqlServer("sqlserver").WithDataVolume("contactplatform-sqlserver");
        var redis = builder.AddRedis("redis");
        return new Stores(
            "SqlServer",
            sqlServer.AddDatabase("contacts-database", "contacts"),
            sqlServer.AddDatabase("funnel-database", "funnel"),
            sqlServer.AddDatabase("deliverability-database", "deliverability"),
            sqlServer.AddDatabase("sequences-database", "sequences"),
            redis,
            [sqlServer, redis]);
    }
}
#endif
