using ContactPlatform.Contacts;
using ContactPlatform.Contacts.Access;
using ContactPlatform.Contacts.BulkRuns;
using ContactPlatform.Contacts.Changes;
using ContactPlatform.Contacts.Columns;
using ContactPlatform.Contacts.Consent;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.Erasures;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.Exports;
using ContactPlatform.Contacts.DeliverabilityProjection;
using ContactPlatform.Contacts.FunnelProjection;
using ContactPlatform.Contacts.ImportMappings;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.ImportUndos;
using ContactPlatform.Contacts.Labels;
using ContactPlatform.Contacts.Segments;
using ContactPlatform.Contacts.Projections;
using ContactPlatform.Contacts.SequencesProjection;
using ContactPlatform.Contacts.LeadScores;
using ContactPlatform.Contacts.Lists;
using ContactPlatform.Contacts.Merges;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.Contacts.Views;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("contacts", ContactsScopes.Table);
builder.AddPlatformDatabase<ContactsDbContext, SqlServerContactsDbContext>("contacts");
builder.Services
    .AddScoped<ContactStore>()
    .AddScoped<ContactPages>()
    .AddScoped<LabelStore>()
    .AddScoped<MemberStream>()
    .AddScoped<ContactListStore>()
    .AddScoped<MergeStore>()
    .AddScoped<LeadScoreStore>()
    .AddSingleton<ErasureKeys>()
    .AddScoped<TombstoneStore>()
    .AddHostedService<ErasureKeyCheck>()
    .AddScoped<CustomFieldStore>()
    .AddScoped<ContactFieldStore>()
    .AddSingleton<BulkLease>()
    .AddSegments()
    .AddScoped<ContactRowStore>()
    .AddScoped<ViewStore>()
    .AddScoped<ViewReads>()
    .AddScoped<ExportFile>()
    .AddBulkRuns()
    .AddSingleton<TokenIssuer>()
    .AddSingleton<SigningKeys>()
    // After the database's migrator: all of them read tables as they start.
    .AddHostedService<ContactKeys>()
    .AddHostedService(services => services.GetRequiredService<SigningKeys>())
    .AddHostedService<BootstrapKeys>()
    .AddSingleton(services => new PlatformKeys(services.GetRequiredService<SigningKeys>().Find))
    .AddFunnelProjection(builder.Configuration)
    .AddDeliverabilityProjection(builder.Configuration)
    .AddSequencesProjection(builder.Configuration)
    .AddTimelines(builder.Configuration)
    .AddImports();

var app = builder.Build();
app.MapGrpcService<ContactEndpoint>();
app.MapGrpcService<LabelEndpoint>();
app.MapGrpcService<ContactListEndpoint>();
app.MapGrpcService<ErasureEndpoint>();
app.MapGrpcService<MergeEndpoint>();
app.MapGrpcService<TimelineEndpoint>();
app.MapGrpcService<CustomFieldEndpoint>();
app.MapGrpcService<ProjectionEndpoint>();
app.MapGrpcService<AccessEndpoint>();
app.MapGrpcService<ChangesEndpoint>();
app.MapWellKnown();
app.MapGrpcService<ImportEndpoint>();
app.MapGrpcService<ImportMappingEndpoint>();
app.MapGrpcService<ImportUndoEndpoint>();
app.MapGrpcService<ConsentEndpoint>();
app.MapGrpcService<SegmentEndpoint>();
app.MapGrpcService<LeadScoreEndpoint>();
app.MapGrpcService<ViewEndpoint>();
app.MapGrpcService<ExportEndpoint>();
app.MapGrpcService<BulkRunEndpoint>();
app.MapServiceDefaults();
app.Run();
