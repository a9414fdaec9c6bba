using ContactPlatform;
using ContactPlatform.Funnel;
using ContactPlatform.Funnel.Changes;
using ContactPlatform.Funnel.Conflicts;
using ContactPlatform.Funnel.ContactFeed;
using ContactPlatform.Funnel.DefaultStages;
using ContactPlatform.Funnel.LabelRules;
using ContactPlatform.Funnel.Previews;
using ContactPlatform.Funnel.Reports;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.Undos;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.ServiceDefaults.Runs;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("funnel", FunnelScopes.Table);
builder.AddPlatformDatabase<FunnelDbContext, SqlServerFunnelDbContext>("funnel");
builder.Services
    .AddContactsClients(new Uri(builder.Configuration["services:contacts:grpc:0"]
        ?? throw new InvalidOperationException("services:contacts:grpc:0 is not configured")))
    .AddSingleton<ServiceTokens>()
    .AddSingleton<ContactsCalls>()
    .AddScoped<StageStore>()
    .AddScoped<StageReads>()
    .AddScoped<StageBatchStore>()
    .AddSingleton<StageBatches>()
    .AddScoped<DefaultStageStore>()
    .AddScoped<NewContacts>()
    .AddScoped<ReportStore>()
    .AddScoped<FlowStore>()
    .AddScoped<ContactFeedStore>()
    .AddScoped<MergedContacts>()
    .AddScoped<LabelRuleTargets>()
    .AddScoped<LabelRuleRuns>()
    .AddScoped<PreviewStore>()
    .AddScoped<UndoStore>()
    .AddSingleton<LabelMembers>()
    .AddSingleton<ConflictFinder>()
    .AddSingleton<LabelRuleSnapshot>()
    .AddSingleton<IRunExecutor, LabelRuleExecutor>()
    .AddSingleton<IRunExecutor, UndoExecutor>()
    .AddHostedService<RunWorker>()
    .AddHostedService<ContactFeedConsumer>();

var app = builder.Build();
app.MapGrpcService<StageEndpoint>();
app.MapGrpcService<LabelRuleEndpoint>();
app.MapGrpcService<PreviewEndpoint>();
app.MapGrpcService<UndoEndpoint>();
app.MapGrpcService<FunnelReportEndpoint>();
app.MapGrpcService<ChangesEndpoint>();
app.MapServiceDefaults();
app.Run();
