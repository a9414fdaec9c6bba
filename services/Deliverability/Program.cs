using ContactPlatform;
using ContactPlatform.Deliverability;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.AddressValidations;
using ContactPlatform.Deliverability.Changes;
using ContactPlatform.Deliverability.ContactAddresses;
using ContactPlatform.Deliverability.ContactFeed;
using ContactPlatform.Deliverability.DeliveryEvents;
using ContactPlatform.Deliverability.FunnelFeed;
using ContactPlatform.Deliverability.ProviderWebhooks;
using ContactPlatform.Deliverability.Replays;
using ContactPlatform.Deliverability.Messages;
using ContactPlatform.Deliverability.Sendability;
using ContactPlatform.Deliverability.Sending;
using ContactPlatform.Deliverability.SequencesFeed;
using ContactPlatform.Deliverability.Smtp;
using ContactPlatform.Deliverability.StoredTemplates;
using ContactPlatform.Deliverability.Suppressions;
using ContactPlatform.Deliverability.Tokens;
using ContactPlatform.Deliverability.Tracking;
using ContactPlatform.Deliverability.Transmissions;
using ContactPlatform.Deliverability.ValidationCredits;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.Deliverability.Webhooks;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.ServiceDefaults.Runs;

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
    .AddScoped<MessageAnnouncer>()
    .AddScoped<ContactAddressStore>()
    .AddScoped<NewContacts>()
    .AddScoped<SuppressionStore>()
    .AddScoped<SuppressionUpload>()
    .AddScoped<SendGateStore>()
    .AddScoped<EvidenceStore>()
    .AddDeliveryEvents()
    .AddSingleton<SecretKeys>()
    .AddScoped<ProviderCalls>()
    .AddScoped<ReplayStore>()
    .AddSingleton<IRunExecutor, ReplayExecutor>()
    .AddSingleton<MailKeys>()
    .AddSingleton<MailNames>()
    .AddSingleton(SmtpSettings.Read(builder.Configuration))
    .AddSingleton(SendSettings.Read(builder.Configuration))
    .AddSingleton<SmtpOpening>()
    .AddSingleton<SendSignal>()
    .AddSingleton<SendWorker>()
    .AddSingleton<DomainSlots>()
    .AddSingleton<MailComposer>()
    .AddSingleton<MailGroups>()
    .AddSingleton<ResultWriter>()
    .AddScoped<StoredTemplateStore>()
    .AddScoped<TransmissionStore>()
    .AddScoped<TransmissionReads>()
    .AddScoped<MessageFacts>()
    .AddScoped<SendQueue>()
    .AddScoped<SendResults>()
    .AddWebhooks(builder.Configuration)
    .AddAddressValidations()
    .AddHostedService<WebhookDispatcher>()
    .AddHostedService<DeliverySweeper>()
    .AddHostedService<ReservationKeeper>()
    .AddHostedService<Dispatcher>()
    .AddHostedService<RunWorker>()
    .AddHostedService<StatusSweeper>()
    .AddHostedService<ContactFeedConsumer>()
    .AddFunnelFeed(builder.Configuration)
    .AddSequencesFeed(builder.Configuration);

var app = builder.Build();
app.MapGrpcService<AddressEndpoint>();
app.MapGrpcService<SendabilityEndpoint>();
app.MapGrpcService<SuppressionEndpoint>();
app.MapGrpcService<DeliveryEventEndpoint>();
app.MapGrpcService<ClassificationEndpoint>();
app.MapGrpcService<ProviderWebhookEndpoint>();
app.MapProviderWebhooks();
app.MapGrpcService<TransmissionEndpoint>();
app.MapGrpcService<MessageEndpoint>();
app.MapGrpcService<WebhookEndpoint>();
app.MapGrpcService<WebhookDeliveryEndpoint>();
app.MapGrpcService<AddressValidationEndpoint>();
app.MapGrpcService<CreditEndpoint>();
app.MapGrpcService<StoredTemplateEndpoint>();
app.MapGrpcService<ChangesEndpoint>();
app.MapTracking();
app.MapServiceDefaults();
app.Run();
