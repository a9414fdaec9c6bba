using ContactPlatform.Testing;

namespace ContactPlatform.Protos.Tests;

public sealed class NodeClientTests
{
    /// <summary>The contracts load and work from a client that is not .NET; node/client.mjs says what it does and checks.</summary>
    [Fact]
    public async Task A_client_that_is_not_dotnet_drives_the_stack()
    {
        await using var contacts = await ContactsHost.StartAsync(CancellationToken.None);
        await using var funnel = await FunnelHost.StartAsync(contacts, 1, CancellationToken.None);

        var (code, output) = await NodeTools.NodeAsync("client.mjs", contacts.Service.Grpc.Authority, funnel.Service.Grpc.Authority, ContactsHost.ApiKey(ContactsHost.Account));

        code.ShouldBe(0, output);
        output.ShouldContain("run 2 of 2 changed");
    }
}
