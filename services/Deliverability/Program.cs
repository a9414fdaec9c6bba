using ContactPlatform;
using ContactPlatform.Deliverability;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.Changes;
using ContactPlatform.Deliverability.ContactAddresses;
using ContactPlatform.Deliverability.ContactFeed;
using ContactPlatform.Deliverability.Sendability;
using ContactPlatform.Deliverability.Suppressions;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("deliverability", DeliverabilityScopes.Table);
builder.AddPlatformDatabase<DeliverabilityDbContext, SqlServerDeliverabilityDbContext>("deliverability");
builder.Services
    .AddContactsClients(new Uri(builder.Configuration["services:contacts:grpc:0"]
        ?? throw new InvalidOperationException("services:contacts:grpc:0 is not configured")))
    .AddSingleton<ServiceTokens>()
    .AddSingleton<ErasureKeys>()
    .AddSingleton<ContactsCalls>()
    .AddSingleton<ContactReader>()
    .AddScoped<AddressStore>()
    .AddScoped<AddressFactStore>()
    .AddScoped<ContactAnnouncer>()
    .AddScoped<ContactAddressStore>()
    .AddScoped<NewContacts>()
    .AddScoped<SuppressionStore>()
    .AddScoped<SuppressionUpload>()
    .AddScoped<SendGateStore>()
    .AddScoped<EvidenceStore>()
    .AddHostedService<StatusSweeper>()
    .AddHostedService<ContactFeedConsumer>();

var app = builder.Build();
app.MapGrpcService<AddressEndpoint>();
app.MapGrpcService<SendabilityEndpoint>();
app.MapGrpcService<SuppressionEndpoint>();
app.MapGrpcService<ChangesEndpoint>();
app.MapServiceDefaults();
app.Run();
