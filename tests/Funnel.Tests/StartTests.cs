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
