using ContactPlatform;
using ContactPlatform.Sequences;
using ContactPlatform.Sequences.Automations;
using ContactPlatform.Sequences.Changes;
using ContactPlatform.Sequences.Consistency;
using ContactPlatform.Sequences.ContactFeed;
using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.DeliverabilityFeed;
using ContactPlatform.Sequences.Engine;
using ContactPlatform.Sequences.EnrollmentRuns;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.Statistics;
using ContactPlatform.Sequences.StatusMatrix;
using ContactPlatform.Sequences.Tasks;
using ContactPlatform.Sequences.Replies;
using ContactPlatform.Sequences.ReplyWebhooks;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.ServiceDefaults.Runs;
using ContactPlatform.ServiceDefaults.Times;

var builder = WebApplication.CreateBuilder(args);
builder.AddFastTime();
builder.AddServiceDefaults("sequences", SequencesScopes.Table);
builder.AddPlatformDatabase<SequencesDbContext, SqlServerSequencesDbContext>("sequences");
builder.Services
    .AddContactsClients(new Uri(builder.Configuration["services:contacts:grpc:0"]
        ?? throw new InvalidOperationException("services:contacts:grpc:0 is not configured")))
    .AddSingleton<ServiceTokens>()
    .AddSingleton<ContactsCalls>()
    .AddScoped<ContactReader>()
    .AddScoped<ContactStatusStore>()
    .AddScoped<SequenceStore>()
    .AddScoped<EnrollmentStore>()
    .AddScoped<TaskStore>()
    .AddScoped<EnrollmentWork>()
    .AddScoped<TaskWork>()
    .AddSingleton<Lane>()
    .AddAutomations(builder.Configuration)
    .AddScoped<EnrollContacts>()
    .AddScoped<ContactEvents>()
    .AddScoped<StatusWork>()
    .AddSingleton<StatusBatches>()
    .AddSingleton<ContactSets>()
    .AddSingleton<IRunExecutor, EnrollmentRunExecutor>()
    .AddScoped<ReplyWork>()
    .AddScoped<PhoneOwners>()
    .AddScoped<ReplySenders>()
    .AddScoped<ReplyRecorder>()
    .AddScoped<ReplyWebhookCalls>()
    .AddEngine(builder.Configuration)
    .AddHostedService<RunWorker>()
    .AddHostedService<ContactFeedConsumer>()
    .AddScoped<ContactFeedEnd>()
    .AddScoped<ConsistencyRepair>()
    .AddScoped<ConsistencyCheck>()
    .AddHostedService<StandingCheck>()
    .AddScoped<SequenceStatistics>()
    .AddDeliverabilityFeed(builder.Configuration);

var app = builder.Build();
app.MapGrpcService<SequenceEndpoint>();
app.MapGrpcService<EnrollmentEndpoint>();
app.MapGrpcService<EnrollmentRunEndpoint>();
app.MapGrpcService<StatusEndpoint>();
app.MapGrpcService<ReplyEndpoint>();
app.MapGrpcService<ReplyWebhookEndpoint>();
app.MapReplyWebhooks();
app.MapGrpcService<SequenceStatisticsEndpoint>();
app.MapGrpcService<ConsistencyEndpoint>();
app.MapGrpcService<TaskEndpoint>();
app.MapAutomations();
app.MapGrpcService<ChangesEndpoint>();
app.MapServiceDefaults();
app.Run();
