using System.Globalization;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ContactPlatform.Deliverability.Tests;

/// <summary>Contacts and Deliverability as processes, the clients of both, and Deliverability's stores on the same database, which tell of what no call tells.</summary>
public sealed class PlatformFixture : IAsyncLifetime
{
    private int names;

    public ContactsHost Contacts { get; private set; } = null!;

    public DeliverabilityHost Deliverability { get; private set; } = null!;

    private readonly int funnelPort = FreePort.Next();

    private FunnelHost? funnel;

    private SequencesHost? sequences;

    /// <summary>Stores on Deliverability's database.</summary>
    public StoreHost Stores { get; private set; } = null!;

    /// <summary>Headers of the account that tests use.</summary>
    public Metadata Headers { get; private set; } = null!;

    /// <summary>Headers of another account.</summary>
    public Metadata OtherHeaders { get; private set; } = null!;

    public ContactService.ContactServiceClient ContactService => new(Contacts.Service.Channel);

    public AddressService.AddressServiceClient Addresses => new(Deliverability.Service.Channel);

    public SuppressionService.SuppressionServiceClient Suppressions => new(Deliverability.Service.Channel);

    public SendabilityService.SendabilityServiceClient Sendability => new(Deliverability.Service.Channel);

    public DeliveryEventService.DeliveryEventServiceClient Events => new(Deliverability.Service.Channel);

    public ClassificationService.ClassificationServiceClient Classification => new(Deliverability.Service.Channel);

    public ProviderWebhookService.ProviderWebhookServiceClient ProviderWebhooks => new(Deliverability.Service.Channel);

    public TransmissionService.TransmissionServiceClient Transmissions => new(Deliverability.Service.Channel);

    public WebhookService.WebhookServiceClient Webhooks => new(Deliverability.Service.Channel);

    public WebhookDeliveryService.WebhookDeliveryServiceClient WebhookDeliveries => new(Deliverability.Service.Channel);

    public AddressValidationService.AddressValidationServiceClient Validations => new(Deliverability.Service.Channel);

    public ValidationCreditService.ValidationCreditServiceClient Credits => new(Deliverability.Service.Channel);

    public MessageService.MessageServiceClient Messages => new(Deliverability.Service.Channel);

    public MailTemplateService.MailTemplateServiceClient Templates => new(Deliverability.Service.Channel);

    public async Task InitializeAsync()
    {
        Contacts = await ContactsHost.StartAsync(CancellationToken.None, followsDeliverability: true, followsSequences: true);
        Deliverability = await DeliverabilityHost.StartAsync(Contacts, 1, CancellationToken.None,
            settings: new Dictionary<string, string?> { ["services__funnel__grpc__0"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{funnelPort}") });
        Stores = await StoreHost.StartAsync(Deliverability.Database, Contacts.RedisKeyPrefix);
        Headers = await Contacts.HeadersAsync(ContactsHost.Account, CancellationToken.None);
        OtherHeaders = await Contacts.HeadersAsync(ContactsHost.OtherAccount, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await Stores.DisposeAsync();
        if (funnel is not null)
        {
            await funnel.DisposeAsync();
        }
        if (sequences is not null)
        {
            await sequences.DisposeAsync();
        }
        await Deliverability.DisposeAsync();
        await Contacts.DisposeAsync();
    }

    /// <summary>The Funnel that Deliverability follows; started for whoever asks first.</summary>
    public async Task<FunnelHost> FunnelAsync() => funnel ??= await FunnelHost.StartAsync(Contacts, 1, CancellationToken.None, port: funnelPort);

    /// <summary>The Sequences that Deliverability follows; started for whoever asks first.</summary>
    public async Task<SequencesHost> SequencesAsync() =>
        sequences ??= await SequencesHost.StartAsync(Contacts, 1, CancellationToken.None, settings: new Dictionary<string, string?> { ["Engine__Lanes"] = "0" });

    /// <summary>The time, UTC.</summary>
    public static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;

    /// <summary>An address that no other test uses.</summary>
    public string NewAddress() => $"person{Interlocked.Increment(ref names)}@example.com";

    /// <summary>Creates a contact.</summary>
    public async Task<long> CreateContactAsync(string email) =>
        (await ContactService.CreateContactAsync(new() { Contact = new() { Email = email } }, Headers)).Contact.ContactId;

    /// <summary>Creates a contact and waits until Deliverability has heard of it.</summary>
    public async Task<long> KnownContactAsync(string email)
    {
        var id = await CreateContactAsync(email);
        await UntilAsync(async () => await Stores.AskAsync(ContactsHost.Account, db => db.ContactAddresses.AnyAsync(c => c.ContactId == id)));
        return id;
    }

    /// <summary>Has something happen to an address.</summary>
    public Task FoldAsync(string address, params (FactKind Kind, DateTime Time)[] facts) =>
        Stores.FoldAsync(ContactsHost.Account, [.. facts.Select(f => (address, f.Kind, f.Time))]);

    /// <summary>Tells events, each list in a message of its own.</summary>
    public async Task<IngestEventsResponse> IngestAsync(string source, params IEnumerable<IReadOnlyCollection<DeliveryEventInput>> parts)
    {
        using var call = Events.IngestEvents(Headers);
        foreach (var part in parts)
        {
            await call.RequestStream.WriteAsync(new() { Source = source, Events = { part } });
        }
        await call.RequestStream.CompleteAsync();
        return await call;
    }

    /// <summary>All that is known of an address.</summary>
    public async Task<Address> AddressAsync(string address) => (await Addresses.GetAddressAsync(new() { Address = address }, Headers)).Address;

    /// <summary>Checks one address.</summary>
    public async Task<SendCheck> CheckAsync(string address) =>
        (await Sendability.CheckSendableAsync(new() { Addresses = { address } }, Headers)).Checks.Single();

    /// <summary>Checks one contact.</summary>
    public async Task<SendCheck> CheckAsync(long contactId) =>
        (await Sendability.CheckSendableAsync(new() { ContactIds = { contactId } }, Headers)).Checks.Single();
}

/// <summary>Shares the processes among the tests that call them.</summary>
[CollectionDefinition("platform")]
public sealed class PlatformTests : ICollectionFixture<PlatformFixture>;
