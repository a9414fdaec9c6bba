using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ContactPlatform.Testing;

/// <summary>A signing key and the tokens made with it.</summary>
public sealed class TestTokens
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <param name="kid">The key's id.</param>
    public TestTokens(string kid) => Key = new ECDsaSecurityKey(_key) { KeyId = kid };

    /// <summary>The key, its private half included.</summary>
    public ECDsaSecurityKey Key { get; }

    /// <summary>Makes a token; what is not named is as it should be.</summary>
    public string Token(
        string scope, long account = 1, string subject = "key:1", string issuer = "contactplatform",
        string audience = "contactplatform", TimeSpan? expires = null, string name = "Tester")
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var end = now + (expires ?? TimeSpan.FromMinutes(10));
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            NotBefore = end - TimeSpan.FromMinutes(10),
            IssuedAt = end - TimeSpan.FromMinutes(10),
            Expires = end,
            Claims = new Dictionary<string, object>
            {
                ["account_id"] = account,
                ["scope"] = scope,
                ["sub"] = subject,
                ["name"] = name,
            },
            SigningCredentials = new SigningCredentials(Key, SecurityAlgorithms.EcdsaSha256),
        });
    }
}
