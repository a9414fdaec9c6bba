using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.ContactFeed;
using ContactPlatform.Funnel.DefaultStages;
using ContactPlatform.Funnel.LabelRules;
using ContactPlatform.Funnel.Reports;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.Funnel.Tests;

/// <summary>Funnel's stores on a real database, without the service around them. Each test takes an account of its own.</summary>
public sealed class StoreFixture : IAsyncLifetime
{
    private WebApplication app = null!;
    private long accounts;

    /// <summary>The database.</summary>
    public TestDatabase Database { get; private set; } = null!;

    /// <summary>What works on runs.</summary>
    public LabelRuleExecutor Executor => app.Services.GetRequiredService<LabelRuleExecutor>();

    public async Task InitializeAsync()
    {
        Database = await TestServers.CreateDatabaseAsync("funnel_store", CancellationToken.None);
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Database:Provider"] = Database.Provider;
        builder.Configuration["ConnectionStrings:funnel"] = Database.ConnectionString;
        builder.Configuration["ConnectionStrings:redis"] = await TestServers.RedisAsync();
        builder.AddServiceDefaults("funnel", FunnelScopes.Table);
        builder.AddPlatformDatabase<FunnelDbContext, SqlServerFunnelDbContext>("funnel");
        builder.Logging.ClearProviders();
        builder.Services.AddScoped<StageStore>().AddScoped<DefaultStageStore>().AddScoped<ReportStore>().AddScoped<ContactFeedStore>().AddScoped<LabelRuleTargets>()
            // Nobody is there: what is tested here must not need Contacts.
            .AddContactsClients(new Uri("http://127.0.0.1:9")).AddSingleton<ServiceTokens>().AddSingleton<ContactsCalls>()
            .AddSingleton<LabelRuleSnapshot>().AddSingleton<LabelRuleExecutor>();
        app = builder.Build();
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<FunnelDbContext>().Database.MigrateAsync();
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    /// <summary>An account that nobody else uses.</summary>
    public long NewAccount() => Interlocked.Increment(ref accounts);

    /// <summary>Opens the services of an account.</summary>
    public AsyncServiceScope Open(long account)
    {
        var scope = app.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = account;
        return scope;
    }

    /// <summary>An act of an operator.</summary>
    public static Act At(DateTime time, StageChangeCause cause = StageChangeCause.Manual, long runId = 0) =>
        new(new Actor { Kind = ActorKind.Operator, Subject = "ann", DisplayName = "Ann" }, cause, runId, time);
}

/// <summary>Shares one database among the tests of stores.</summary>
[CollectionDefinition("stores")]
public sealed class StoreTests : ICollectionFixture<StoreFixture>;
