using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using ContactPlatform.LocalTools;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ContactPlatform.AppHost;

/// <summary>PostgreSQL and Garnet as child processes; PostgreSQL's data is kept.</summary>
internal static class LocalStores
{
    public static async Task<Stores> AddAsync(IDistributedApplicationBuilder builder, DataFolder data)
    {
        await Postgres.EnsureAsync(Console.WriteLine, CancellationToken.None);
        await Garnet.EnsureAsync(Console.WriteLine, CancellationToken.None);

        var postgresPort = FreePorts.Prefer(7132);
        var passwordFile = data.WriteSecret("postgres-password", data.Secrets.PostgresPassword);
        var run = Postgres.Command(Path.Combine(data.Path, "postgres"), postgresPort, passwordFile);
        var cluster = new PostgresCluster(["contacts", "funnel", "deliverability", "sequences"], new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = postgresPort,
            Username = Postgres.User,
            Password = data.Secrets.PostgresPassword,
            Database = "postgres",
            // A pooled connection would stay open for ever.
            Pooling = false,
        });
        builder.Services.AddHealthChecks().Add(cluster.HealthCheck("postgres-ready"));
        var postgres = builder.AddExecutable("postgres", run.FileName, data.Path, [.. run.Arguments])
            .WithEndpoint(port: postgresPort, name: "tcp", isProxied: false)
            .WithHealthCheck("postgres-ready");

        var redisPort = FreePorts.Prefer(7133);
        run = Garnet.Command(Directory.CreateDirectory(Path.Combine(data.Path, "garnet")).FullName, redisPort);
        builder.Services.AddHealthChecks().Add(RedisPing.HealthCheck("redis-ready", redisPort));
        var redis = builder.AddExecutable("redis", run.FileName, data.Path, [.. run.Arguments])
            .WithEndpoint(port: redisPort, name: "tcp", isProxied: false)
            .WithHealthCheck("redis-ready");

        var password = builder.AddParameter("postgres-password", data.Secrets.PostgresPassword, secret: true);
        return new Stores("PostgreSql", Database("contacts"), Database("funnel"), Database("deliverability"), Database("sequences"), RedisAddress(), [postgres, redis]) { Cluster = cluster };

        IResourceBuilder<ConnectionStringResource> Database(string name) => builder.AddConnectionString(
            $"{name}-database",
            ReferenceExpression.Create(
                $"Host=127.0.0.1;Port={postgres.GetEndpoint("tcp").Property(EndpointProperty.Port)};Username={Postgres.User};Password={password};Database={name}"));

        IResourceBuilder<ConnectionStringResource> RedisAddress() => builder.AddConnectionString(
            "redis-address", ReferenceExpression.Create($"127.0.0.1:{redis.GetEndpoint("tcp").Property(EndpointProperty.Port)}"));
    }
}
