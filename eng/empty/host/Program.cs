using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using ContactPlatform.AppHost;
using Microsoft.Extensions.DependencyInjection;

// Argument: the folder for its data.
using var data = DataFolder.Open(args[0]) ?? throw new InvalidOperationException($"{args[0]} is in use");
FreePorts.MoveLaunchAddresses();
var builder = DistributedApplication.CreateBuilder([]);
var stores = await LocalStores.AddAsync(builder, data);
string[] names = ["one", "two", "three", "four"];
foreach (var name in names)
{
    builder.AddProject(name, "../service/EmptyService.csproj", launchProfileName: null)
        .WithServiceEndpoints(grpcPort: 0, httpPort: 0)
        .WithStores(stores, name, stores.Contacts);
}

await using var app = builder.Build();
await Task.WhenAll(app.RunAsync(), TellAsync());

async Task TellAsync()
{
    foreach (var name in names)
    {
        await app.Services.GetRequiredService<ResourceNotificationService>().WaitForResourceHealthyAsync(name);
    }
    Console.WriteLine("Everything is up.");
}
