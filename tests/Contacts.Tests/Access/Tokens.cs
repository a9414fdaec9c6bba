using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ContactPlatform.Contacts.Tests.Access;

/// <summary>Makes tokens of any kind, also with the service's own key as it stands in the database.</summary>
public static class Tokens
{
    public static async Task<ECDsaSecurityKey> OwnKeyAsync(ContactsFixture fixture)
    {
        var pair = ECDsa.Create();
        pair.ImportPkcs8PrivateKey((byte[])(await fixture.ScalarAsync("SELECT private_key FROM signing_keys"))!, out _);
        return new ECDsaSecurityKey(pair) { KeyId = (string)(await fixture.ScalarAsync("SELECT key_id FROM signing_keys"))! };
    }

    public static string Make(SecurityKey key, string scopes, string algorithm = SecurityAlgorithms.EcdsaSha256, string issuer = "contactplatform", string audience = "contactplatform", TimeSpan age = default, long? account = 1)
    {
        var issued = TimeProvider.System.GetUtcNow().UtcDateTime - age;
        var claims = new List<Claim> { new("sub", "key:1"), new("scope", scopes) };
        if (account is { } id)
        {
            claims.Add(new("account_id", $"{id}", ClaimValueTypes.Integer64));
        }
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            IssuedAt = issued,
            NotBefore = issued,
            Expires = issued.AddMinutes(15),
            Subject = new ClaimsIdentity(claims),
            SigningCredentials = new(key, algorithm),
        });
    }
}
