using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.Funnel.Tests;

public sealed class StartTests
{
    /// <summary>More than one migration: what is held between two of them counts.</summary>
    [Fact]
    public async Task Replicas_that_start_at_once_bring_an_empty_database_up_to_date()
    {
        for (var round = 0; round < 3; round++)
        {
            var database = await TestServers.CreateDatabaseAsync("funnel_start", CancellationToken.None);
            var replicas = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ReplicaAsync(database)));

            await Task.WhenAll(replicas.Select(r => Task.Run(() => r.Services.GetServices<IHostedService>().OfType<Migrator>().Single().StartAsync(CancellationToken.None))));

            foreach (var replica in replicas)
            {
                await using (replica)
                {
                    await using var scope = replica.Services.CreateAsyncScope();
                    (await scope.ServiceProvider.GetRequiredService<FunnelDbContext>().Database.GetPendingMigrationsAsync()).ShouldBeEmpty();
                }
            }
        }
    }

    [Fact]
    public async Task A_database_of_another_line_of_versions_is_refused_and_left_as_it_is()
    {
        var database = await TestServers.CreateDatabaseAsync("funnel_other", CancellationToken.None);
        await using var service = await ReplicaAsync(database);
        var migrator = service.Services.GetServices<IHostedService>().OfType<Migrator>().Single();
        await migrator.StartAsync(CancellationToken.None);
        await using var scope = service.Services.CreateAsyncScope();
        var funnel = scope.ServiceProvider.GetRequiredService<FunnelDbContext>().Database;
        var known = funnel.GetMigrations().Last();
        await using var connection = await database.OpenAsync(CancellationToken.None);
        await using var command = connection.CreateCommand();

        command.CommandText = "INSERT INTO \"__EFMigrationsHistory\" VALUES ('29990101000000_Later', '10.0.0')";
        await command.ExecuteNonQueryAsync();
        await migrator.StartAsync(CancellationToken.None);

        command.CommandText = $"DELETE FROM \"__EFMigrationsHistory\" WHERE \"MigrationId\" = '{known}'";
        await command.ExecuteNonQueryAsync();
        var refused = await Should.ThrowAsync<InvalidOperationException>(() => migrator.StartAsync(CancellationToken.None));
        refused.Message.ShouldContain("29990101000000_Later");
        refused.Message.ShouldContain(known);
        (await funnel.GetAppliedMigrationsAsync()).ShouldNotContain(known);
    }

    private static async Task<WebApplication> ReplicaAsync(TestDatabase database)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Database:Provider"] = database.Provider;
        builder.Configuration["ConnectionStrings:funnel"] = database.ConnectionString;
        builder.Configuration["ConnectionStrings:redis"] = await TestServers.RedisAsync();
        builder.AddServiceDefaults("funnel", FunnelScopes.Table);
        builder.AddPlatformDatabase<FunnelDbContext, SqlServerFunnelDbContext>("funnel");
        builder.Logging.ClearProviders();
        return builder.Build();
    }
}
