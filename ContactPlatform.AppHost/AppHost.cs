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
    .WithReference(contacts)
    .WaitFor(contacts);

// Each follows the other's changes; Contacts starts without.
contacts.WithReference(funnel);

if (options.Profile != Profile.External)
{
    contacts.WithEnvironment("Erasure__Keys__1", builder.AddParameter("erasure-key", data.Secrets.ErasureKey!, secret: true));
    // Contacts makes sure that this key opens account 1.
    contacts.WithEnvironment("Access__BootstrapKeys__1", builder.AddParameter("demo-api-key", data.Secrets.DemoApiKey, secret: true));
    DemoCommands.Offer(data, contacts, funnel);
}

builder.AnnounceWhenHealthy(data, options.Profile, contacts, funnel);

DistributedApplication? app = null;
if (stores.Cluster is { } cluster)
{
    DataReset.Offer(stores.Servers[0], cluster, [contacts.Resource, funnel.Resource], () => app!.ResourceCommands);
}

app = builder.Build();
await app.RunAsync();
return 0;
