using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ContactPlatform.Contacts.Tests.Access;

[Collection(ContactsCollection.Name)]
public sealed class TokenTests(ContactsFixture fixture)
{
    [Fact]
    public async Task A_call_without_a_token_is_refused() =>
        (await new V1.LabelService.LabelServiceClient(fixture.Channel).ListLabelsAsync(new()).ForAsync(CommonReasons.TokenMissing))["allowed"].ShouldStartWith("authorization:");

    [Fact]
    public async Task Forged_expired_and_foreign_tokens_are_refused()
    {
        var own = await Tokens.OwnKeyAsync(fixture);
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var foreign = new ECDsaSecurityKey(pair) { KeyId = own.KeyId };
        var unknown = new ECDsaSecurityKey(pair) { KeyId = "nobody's" };
        // The classic confusion: the public key taken for a shared secret.
        var shared = new SymmetricSecurityKey(own.ECDsa.ExportSubjectPublicKeyInfo()) { KeyId = own.KeyId };
        var good = Tokens.Make(own, "contacts.read");
        var parts = good.Split('.');
        var none = $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}.";
        var changed = Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("\"account_id\":1", "\"account_id\":2", StringComparison.Ordinal));

        (await CallAsync(good)).ShouldBeNull();
        (await CallAsync(Tokens.Make(foreign, "contacts.read"))).ShouldBe("signature");
        (await CallAsync(Tokens.Make(unknown, "contacts.read"))).ShouldBe("signature");
        (await CallAsync(Tokens.Make(shared, "contacts.read", SecurityAlgorithms.HmacSha256))).ShouldBe("signature");
        (await CallAsync($"{parts[0]}.{changed}.{parts[2]}")).ShouldBe("signature");
        (await CallAsync($"{parts[0]}.{parts[1]}.")).ShouldBe("signature");
        (await CallAsync(none)).ShouldBe("signature");
        (await CallAsync(Tokens.Make(own, "contacts.read", age: TimeSpan.FromMinutes(16)))).ShouldBe("expired");
        (await CallAsync(Tokens.Make(own, "contacts.read", age: TimeSpan.FromMinutes(-5)))).ShouldBe("not yet valid");
        (await CallAsync(Tokens.Make(own, "contacts.read", issuer: "somebody"))).ShouldBe("issuer");
        (await CallAsync(Tokens.Make(own, "contacts.read", audience: "somebody"))).ShouldBe("audience");
        (await CallAsync("garbage")).ShouldBe("malformed");
        (await CallAsync("a.b.c")).ShouldBe("malformed");
        (await CallAsync(Tokens.Make(own, "contacts.read", account: null))).ShouldBe("no account_id");
        (await CallAsync(Tokens.Make(own, "contacts.read", account: 0))).ShouldBe("no account_id");
        (await CallAsync(Tokens.Make(own, "contacts.read", account: -1))).ShouldBe("no account_id");
    }

    [Fact]
    public async Task Tokens_can_be_checked_with_the_keys_that_discovery_leads_to()
    {
        using var http = new HttpClient { BaseAddress = fixture.Host.Service.Http };
        var discovery = await http.GetFromJsonAsync<JsonElement>("/.well-known/openid-configuration");
        discovery.GetProperty("issuer").GetString().ShouldBe("contactplatform");
        var address = discovery.GetProperty("jwks_uri").GetString().ShouldNotBeNull();
        address.ShouldStartWith(fixture.Host.Service.Http.ToString());
        var text = await http.GetStringAsync(new Uri(address));
        var keys = new JsonWebKeySet(text);
        keys.Keys.ShouldAllBe(k => !k.HasPrivateKey);
        text.ShouldNotContain("\"d\"");
        var token = await fixture.Host.TokenAsync(ContactsHost.Account, CancellationToken.None);
        var result = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = "contactplatform", ValidAudience = "contactplatform", IssuerSigningKeys = keys.GetSigningKeys(), ValidAlgorithms = ["ES256"],
        });
        result.IsValid.ShouldBeTrue(result.Exception?.ToString());
        result.Claims["account_id"].ShouldBe(1);
        ((string)result.Claims["sub"]).ShouldStartWith("key:");
        ((string)result.Claims["scope"]).Split(' ').ShouldBe(Scopes.Grantable, ignoreOrder: true);
    }

    /// <summary>Calls with a token; null when it is accepted, else what is said to be wrong.</summary>
    private async Task<string?> CallAsync(string token)
    {
        try
        {
            await new V1.LabelService.LabelServiceClient(fixture.With(token)).ListLabelsAsync(new());
            return null;
        }
        catch (Grpc.Core.RpcException e)
        {
            e.Status.Detail.ShouldNotContain("IDX");
            return Refused.Check(e, CommonReasons.TokenInvalid)["problem"];
        }
    }
}
