using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.Changes;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.Deliverability.Tests;

/// <summary>Deliverability's stores on a database, without the service around them.</summary>
public sealed class StoreHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StoreHost(WebApplication app) => _app = app;

    /// <summary>Opens the stores of a database, and brings it up to date.</summary>
    public static async Task<StoreHost> StartAsync(TestDatabase database, string redisPrefix)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Database:Provider"] = database.Provider;
        builder.Configuration["ConnectionStrings:deliverability"] = database.ConnectionString;
        builder.Configuration["ConnectionStrings:redis"] = await TestServers.RedisAsync();
        builder.Configuration["Redis:KeyPrefix"] = redisPrefix;
        builder.Configuration["Erasure:Keys:1"] = ContactsHost.ErasureKey;
        builder.AddServiceDefaults("deliverability", DeliverabilityScopes.Table);
        builder.AddPlatformDatabase<DeliverabilityDbContext, SqlServerDeliverabilityDbContext>("deliverability");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<ErasureKeys>().AddScoped<AddressStore>().AddScoped<AddressFactStore>().AddScoped<ContactAnnouncer>().AddScoped<WebhookOutbox>();
        var app = builder.Build();
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DeliverabilityDbContext>().Database.MigrateAsync();
        return new(app);
    }

    /// <summary>Opens the services of an account.</summary>
    public AsyncServiceScope Open(long account)
    {
        var scope = _app.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = account;
        return scope;
    }

    /// <summary>Asks the database.</summary>
    public async Task<T> AskAsync<T>(long account, Func<DeliverabilityDbContext, Task<T>> question)
    {
        await using var scope = Open(account);
        return await question(scope.ServiceProvider.GetRequiredService<DeliverabilityDbContext>());
    }

    /// <summary>Folds facts in a transaction.</summary>
    public async Task FoldAsync(long account, IReadOnlyCollection<(string Address, FactKind Kind, DateTime Time)> facts)
    {
        await using var scope = Open(account);
        await using var transaction = await scope.ServiceProvider.GetRequiredService<DeliverabilityDbContext>().BeginBulkAsync(default);
        await scope.ServiceProvider.GetRequiredService<AddressFactStore>().FoldAsync(facts, null, default);
        await transaction.CommitAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
