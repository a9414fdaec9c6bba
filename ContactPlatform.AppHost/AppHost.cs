using Aspire.Hosting;
using ContactPlatform.AppHost;

if (StartOptions.Read(args, out var options) is { } mistake)
{
    Console.Error.WriteLine(mistake);
    return 2;
}

using var data = DataFolder.Open(options.Data);
if (data is null)
{
    Console.Error.WriteLine("another run has this data: stop it first, or keep other data with --data FOLDER");
    return 1;
}

FreePorts.MoveLaunchAddresses();
var builder = DistributedApplication.CreateBuilder(args);
if (options.Profile == Profile.External && ExternalStores.Missing(builder.Configuration) is { } missing)
{
    Console.Error.WriteLine(missing);
    return 2;
}

var stores = options.Profile switch
{
#if CONTAINERS
    Profile.Containers => ContainerStores.Add(builder),
#endif
    Profile.External => ExternalStores.Add(builder),
    _ => await LocalStores.AddAsync(builder, data),
};

var serviceKey = builder.AddParameter("service-key", data.Secrets.ServiceKey, secret: true);

var contacts = builder.AddProject("contacts", "../services/Contacts/Contacts.csproj", launchProfileName: null)
    .WithServiceEndpoints(grpcPort: 7110, httpPort: 7111)
    .WithStores(stores, "contacts", stores.Contacts)
    .WithEnvironment("Access__ServiceKey", serviceKey)
    .WithReplicas(options.Replicas("contacts"));

var funnel = builder.AddProject("funnel", "../services/Funnel/Funnel.csproj", launchProfileName: null)
    .WithServiceEndpoints(grpcPort: 7120, httpPort: 7121)
    .WithStores(stores, "funnel", stores.Funnel)
    .WithEnvironment("Access__ServiceKey", serviceKey)
    .WithReplicas(options.Replicas("funnel"))
    .WithReference(contacts);

var deliverability = builder.AddProject("deliverability", "../services/Deliverability/Deliverability.csproj", launchProfileName: null)
    .WithServiceEndpoints(grpcPort: 7130, httpPort: 7131)
    .WithStores(stores, "deliverability", stores.Deliverability)
    .WithEnvironment("Access__ServiceKey", serviceKey)
    .WithReplicas(options.Replicas("deliverability"))
    .WithReference(contacts);

var sequences = builder.AddProject("sequences", "../services/Sequences/Sequences.csproj", launchProfileName: null)
    .WithServiceEndpoints(grpcPort: 7150, httpPort: 7151)
    .WithStores(stores, "sequences", stores.Sequences)
    .WithEnvironment("Access__ServiceKey", serviceKey)
    .WithReplicas(options.Replicas("sequences"))
    .WithReference(contacts);

var mail = options.Profile == Profile.External ? null : LocalMail.Add(builder);
if (mail is null)
{
    deliverability.WithSection(builder.Configuration, "Smtp").WithSection(builder.Configuration, "Mail").WithSection(builder.Configuration, "Sending")
        .WithSection(builder.Configuration, "Webhooks").WithSection(builder.Configuration, "Secrets");
}
else
{
    deliverability.SendTo(mail, builder.AddParameter("mail-key", data.Secrets.MailKey!, secret: true));
}

// Each follows the others' changes, and starts without them: nobody waits for anybody but the stores.
contacts.WithReference(funnel);
contacts.WithReference(deliverability);
contacts.WithReference(sequences);
deliverability.WithReference(sequences);
// For webhooks.
deliverability.WithReference(funnel);
// For the mails of steps, and what becomes of them.
sequences.WithReference(deliverability);

if (options.Profile != Profile.External)
{
    var erasureKey = builder.AddParameter("erasure-key", data.Secrets.ErasureKey!, secret: true);
    contacts.WithEnvironment("Erasure__Keys__1", erasureKey);
    deliverability.WithEnvironment("Erasure__Keys__1", erasureKey);
    // Another key is derived from the same secret, so that a developer's machine has one secret less to keep.
    deliverability.WithEnvironment("Secrets__Keys__1", erasureKey);
    // Who tries webhooks out receives them on this machine.
    deliverability.WithEnvironment("Webhooks__AllowedNetworks__0", "127.0.0.0/8");
    // Contacts makes sure that this key opens account 1.
    contacts.WithEnvironment("Access__BootstrapKeys__1", builder.AddParameter("demo-api-key", data.Secrets.DemoApiKey, secret: true));
    DemoCommands.Offer(data, contacts, funnel, deliverability);
}

builder.AnnounceWhenHealthy(data, options.Profile, mail?.Sink, contacts, funnel, deliverability, sequences);

DistributedApplication? app = null;
if (stores.Cluster is { } cluster)
{
    DataReset.Offer(stores.Servers[0], cluster, [contacts.Resource, funnel.Resource, deliverability.Resource, sequences.Resource], () => app!.ResourceCommands);
}

app = builder.Build();
await app.RunAsync();
return 0;
