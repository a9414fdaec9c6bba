using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Hosting;
using ContactPlatform.Testing;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;

namespace ContactPlatform.Contacts.Tests.Access;

/// <summary>Tokens for a service's own work, got from the running Contacts.</summary>
[Collection(ContactsCollection.Name)]
public sealed class ServiceTokensTests(ContactsFixture fixture)
{
    private readonly FakeTime _time = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task A_token_is_kept_until_shortly_before_its_end()
    {
        var tokens = Of(ContactsHost.ServiceKey);
        var first = await TokenAsync(tokens, 7);
        _time.Advance(TimeSpan.FromMinutes(12));
        (await TokenAsync(tokens, 7)).ShouldBe(first);
        _time.Advance(TimeSpan.FromMinutes(2));
        (await TokenAsync(tokens, 7)).ShouldNotBe(first);
    }

    [Fact]
    public async Task Each_account_has_its_own_and_account_0_only_follows_changes()
    {
        var tokens = Of(ContactsHost.ServiceKey);
        var read = new JsonWebTokenHandler();
        var (some, none) = (read.ReadJsonWebToken(await TokenAsync(tokens, 7)), read.ReadJsonWebToken(await TokenAsync(tokens, 0)));
        (some.GetClaim("account_id").Value, some.Subject).ShouldBe(("7", "service:tests"));
        some.GetClaim("scope").Value.Split(' ').ShouldBe(Scopes.ForServices, ignoreOrder: true);
        (none.GetClaim("account_id").Value, none.GetClaim("scope").Value).ShouldBe(("0", Scopes.ChangesRead));
    }

    [Fact]
    public async Task A_token_that_was_refused_is_asked_for_anew()
    {
        var tokens = Of(ContactsHost.ServiceKey);
        var first = await TokenAsync(tokens, 7);
        tokens.Forget(7);
        (await TokenAsync(tokens, 7)).ShouldNotBe(first);
    }

    [Fact]
    public async Task A_wrong_service_key_gets_none()
    {
        var error = await Should.ThrowAsync<RpcException>(TokenAsync(Of("wrong"), 7));
        (error.StatusCode, error.Reason()).ShouldBe((StatusCode.Unauthenticated, "API_KEY_INVALID"));
    }

    private static async Task<string> TokenAsync(ServiceTokens tokens, long account) =>
        (await tokens.HeadersAsync(account, CancellationToken.None)).GetValue("authorization")!["Bearer ".Length..];

    private ServiceTokens Of(string serviceKey) => new(
        new V1.AccessService.AccessServiceClient(fixture.Channel),
        new ServiceName("tests"),
        new ConfigurationBuilder().AddInMemoryCollection([new("Access:ServiceKey", serviceKey)]).Build(),
        _time);
}
