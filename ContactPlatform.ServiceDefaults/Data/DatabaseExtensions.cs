using System.Data.Common;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ContactPlatform.ServiceDefaults.Data;

/// <summary>Adds a service's database, with the provider chosen by configuration.</summary>
public static class DatabaseExtensions
{
    /// <summary>
    /// Adds the database named like the service. Reads `Database:Provider` (PostgreSql unless set) and
    /// `ConnectionStrings:{service}`.
    /// </summary>
    /// <typeparam name="TContext">The context, which is also PostgreSQL's.</typeparam>
    /// <typeparam name="TSqlServer">The same model with SQL Server's migrations.</typeparam>
    public static void AddPlatformDatabase<TContext, TSqlServer>(this IHostApplicationBuilder builder, string service)
        where TContext : PlatformDbContext
        where TSqlServer : TContext
    {
        var provider = builder.Configuration.GetValue("Database:Provider", DatabaseProvider.PostgreSql);
        var connectionString = builder.Configuration.GetConnectionString(service)
            ?? throw new InvalidOperationException($"ConnectionStrings:{service} is not configured");

        if (provider == DatabaseProvider.SqlServer)
        {
            SqlServerSupport.Require();
            builder.Services.AddDbContext<TContext, TSqlServer>((services, options) => options
                .UseSqlServer(connectionString).AddInterceptors(services.GetRequiredService<CommitSignal>()).ConfigureWarnings(OnceOnly));
            builder.Services.AddSingleton(new IdSequence(c => OpenAsync(new SqlConnection(new SqlConnectionStringBuilder(connectionString) { MaxPoolSize = 1 }.ConnectionString), c)));
        }
        else
        {
            var settings = new NpgsqlDataSourceBuilder(connectionString);
            // The same few statements over and over: planned once per connection instead of once per call.
            settings.ConnectionStringBuilder.MaxAutoPrepare = 64;
            // Nothing is left in a session: settings are SET LOCAL, locks are a transaction's. Resetting it would be seven more statements for each call.
            settings.ConnectionStringBuilder.NoResetOnClose = true;
            var source = settings.Build();
            builder.Services.AddSingleton(source);
            builder.Services.AddDbContext<TContext>((services, options) => options
                .UseNpgsql(source).AddInterceptors(services.GetRequiredService<CommitSignal>()).ConfigureWarnings(OnceOnly));
            var ids = new NpgsqlDataSourceBuilder(connectionString);
            // Opened for each block: one kept idle would be dead after a restart of the database.
            ids.ConnectionStringBuilder.Pooling = false;
            var idSource = ids.Build();
            builder.Services.AddSingleton(new IdSequence(async c => await idSource.OpenConnectionAsync(c)));
        }
        builder.Services.AddScoped<PlatformDbContext>(services => services.GetRequiredService<TContext>());
        builder.Services.AddHostedService<Migrator>();
        // Npgsql waits 2 s more for an answer to the statement that it cancels.
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealth>("database", HealthStatus.Unhealthy, [], TimeSpan.FromSeconds(3));
    }

    /// <summary>
    /// What breaks a connection or a transaction is thrown, and whoever catches it knows what it is worth: nothing when the
    /// caller has given up, which EF would report as an error here.
    /// </summary>
    private static void OnceOnly(WarningsConfigurationBuilder warnings) =>
        warnings.Log((RelationalEventId.ConnectionError, LogLevel.Debug), (RelationalEventId.TransactionError, LogLevel.Debug));

    private static async Task<DbConnection> OpenAsync(SqlConnection connection, CancellationToken cancellationToken)
    {
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    private sealed class DatabaseHealth(IServiceScopeFactory scopes) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            await using var scope = scopes.CreateAsyncScope();
            var database = scope.ServiceProvider.GetRequiredService<PlatformDbContext>().Database;
            try
            {
                // EF's own CanConnect waits half a minute for a server that is silent.
                await database.OpenConnectionAsync(cancellationToken);
                await using var command = database.GetDbConnection().CreateCommand();
                command.CommandText = "SELECT 1";
                command.CommandTimeout = 2;
                await command.ExecuteScalarAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception e) when (FaultTable.Find(e) is not null)
            {
                return HealthCheckResult.Unhealthy("the database does not answer");
            }
        }
    }
}
