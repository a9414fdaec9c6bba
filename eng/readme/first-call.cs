#:project ../../protos/ContactPlatform.Protos.csproj
#:property PublishAot=false
// A first call from a program:  dotnet run eng/readme/first-call.cs -- <token>
using ContactPlatform;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

var services = new ServiceCollection()
    .AddContactsClients(new Uri("http://localhost:7110"))
    .AddFunnelClients(new Uri("http://localhost:7120"))
    .BuildServiceProvider();
var contacts = services.GetRequiredService<ContactService.ContactServiceClient>();
var stages = services.GetRequiredService<StageService.StageServiceClient>();
var headers = new Metadata { { "authorization", $"Bearer {args[0]}" } };

var made = await contacts.CreateContactAsync(new() { Contact = new() { Email = "Ada@Example.com", GivenName = "Ada" }, RequestId = "first-call" }, headers);
Console.WriteLine(made.Contact);

var moved = await stages.SetStageAsync(new() { ContactId = made.Contact.ContactId, Stage = FunnelStage.Customer }, headers);
Console.WriteLine(moved.ContactStage);

try
{
    await contacts.CreateContactAsync(new() { Contact = new() { Email = "nowhere" } }, headers);
}
catch (RpcException refusal)
{
    Console.WriteLine($"{refusal.StatusCode}: {refusal.Status.Detail}");
}
