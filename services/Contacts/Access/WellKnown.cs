using ContactPlatform.ServiceDefaults.Auth;
using Microsoft.IdentityModel.Tokens;

namespace ContactPlatform.Contacts.Access;

/// <summary>Serves the public keys over HTTP, where every reader of tokens looks for them.</summary>
public static class WellKnown
{
    /// <summary>Maps the key set (RFC 7517) and the part of OpenID Connect discovery that leads to it.</summary>
    public static void MapWellKnown(this WebApplication app)
    {
        app.MapGet("/.well-known/jwks.json", (SigningKeys keys) => Results.Json(new { keys = keys.Shown.Select(Public) }));
        app.MapGet("/.well-known/openid-configuration", (HttpRequest request) => Results.Json(new
        {
            issuer = PlatformClaims.Issuer,
            jwks_uri = $"{request.Scheme}://{request.Host}/.well-known/jwks.json",
            id_token_signing_alg_values_supported = new[] { SecurityAlgorithms.EcdsaSha256 },
        }));
    }

    private static object Public(ECDsaSecurityKey key)
    {
        var point = key.ECDsa.ExportParameters(includePrivateParameters: false).Q;
        return new { kty = "EC", crv = "P-256", use = "sig", alg = SecurityAlgorithms.EcdsaSha256, kid = key.KeyId, x = Base64UrlEncoder.Encode(point.X), y = Base64UrlEncoder.Encode(point.Y) };
    }
}
