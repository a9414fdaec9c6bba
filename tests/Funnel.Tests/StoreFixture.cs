using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.ContactFeed;
using ContactPlatform.Funnel.DefaultStages;
using ContactPlatform.Funnel.LabelRules;
using ContactPlatform.Funnel.Previews;
using ContactPlatform.Funnel.Reports;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.Undos;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.ServiceDefaults.Runs;
using ContactPlatform.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RunState = ContactPlatform.ServiceDefaults.Runs.RunState;

namespace ContactPlatform.Funnel.Tests;

/// <summary>Funnel's stores on a real database, without the service around them. Each test takes an account of its own.</summary>
public sealed class StoreFixture : IAsyncLifetime
{
    private WebApplication app = null!;
    private long accounts;

    /// <summary>A time before anything that a run does.</summary>
    public static readonly DateTime Before = new(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>The database.</summary>
    public TestDatabase Database { get; private set; } = null!;

    /// <summary>What works on runs.</summary>
    public LabelRuleExecutor Executor => app.Services.GetRequiredService<LabelRuleExecutor>();

    /// <summary>What undoes them.</summary>
    public UndoExecutor Undo => app.Services.GetRequiredService<UndoExecutor>();

    public async Task InitializeAsync()
    {
        Database = await TestServers.CreateDatabaseAsync("funnel_store", CancellationToken.None);
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Database:Provider"] = Database.Provider;
        builder.Configuration["ConnectionStrings:funnel"] = Database.ConnectionString;
        builder.Configuration["ConnectionStrings:redis"] = await TestServers.RedisAsync();
        builder.Configuration["Access:ServiceKey"] = ContactsHost.ServiceKey;
        builder.AddServiceDefaults("funnel", FunnelScopes.Table);
        builder.AddPlatformDatabase<FunnelDbContext, SqlServerFunnelDbContext>("funnel");
        builder.Logging.ClearProviders();
        builder.Services.AddScoped<StageStore>().AddScoped<StageReads>().AddScoped<DefaultStageStore>().AddScoped<ReportStore>().AddScoped<ContactFeedStore>().AddScoped<LabelRuleTargets>()
            .AddScoped<FlowStore>().AddScoped<PreviewStore>().AddScoped<UndoStore>().AddSingleton<LabelMembers>().AddSingleton<UndoExecutor>()
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

    /// <summary>A run at its first epoch: of a rule with its set written down, or one that undoes another run.</summary>
    public async Task<RunWork> NewRunAsync(long account, long[] ids, FunnelStage stage, long undoneRunId = 0)
    {
        await using var scope = Open(account);
        var db = scope.ServiceProvider.GetRequiredService<FunnelDbContext>();
        var runId = await scope.ServiceProvider.GetRequiredService<IdSequence>().NextAsync(default);
        var set = undoneRunId == 0 ? Before : (DateTime?)null;
        var row = new RunRow
        {
            AccountId = account, RunId = runId, Kind = undoneRunId == 0 ? LabelRuleExecutor.RunKind : UndoExecutor.RunKind, State = RunState.Running, Epoch = 1, TotalCount = ids.Length,
            CreateTime = Before, SetTime = set, ActorKind = (short)ActorKind.Operator, ActorSubject = "ann", ActorName = "Ann",
        };
        db.Runs.Add(row);
        db.LabelRuleRuns.Add(new() { AccountId = account, RunId = runId, LabelRuleId = 1, LabelId = 1, Stage = stage, UndoneRunId = undoneRunId });
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.SaveChangesAsync();
        await scope.ServiceProvider.GetRequiredService<LabelRuleTargets>().WriteAsync(runId, 0, ids.Chunk(LabelRuleTargets.ChunkSize), default);
        await transaction.CommitAsync();
        return new RunWork(row, TimeProvider.System);
    }

    /// <summary>An act of an operator.</summary>
    public static Act At(DateTime time, StageChangeCause cause = StageChangeCause.Manual, long runId = 0) =>
        new(new Actor { Kind = ActorKind.Operator, Subject = "ann", DisplayName = "Ann" }, cause, runId, time);
}

/// <summary>Shares one database among the tests of stores.</summary>
[CollectionDefinition("stores")]
public sealed class StoreTests : ICollectionFixture<StoreFixture>;
