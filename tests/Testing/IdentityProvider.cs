using System.Globalization;
using ContactPlatform.LocalTools;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace ContactPlatform.Testing;

/// <summary>An OpenID Connect provider as far as services need one: discovery and public keys, on loopback.</summary>
public sealed class IdentityProvider : IAsyncDisposable
{
    private readonly WebApplication _app;

    private IdentityProvider(WebApplication app, Uri address) => (_app, Address) = (app, address);

    /// <summary>Its address, and what its tokens name as their issuer.</summary>
    public Uri Address { get; }

    /// <summary>Starts one.</summary>
    /// <param name="port">A free port.</param>
    /// <param name="keys">The keys that it publishes, asked for at each look.</param>
    /// <param name="issuer">What it says its tokens name; null: its address.</param>
    public static async Task<IdentityProvider> StartAsync(int port, Func<IEnumerable<ECDsaSecurityKey>> keys, string? issuer = null)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add(address);
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = issuer ?? address, jwks_uri = $"{address}/.well-known/jwks.json" }));
        app.MapGet("/.well-known/jwks.json", () => Results.Json(new
        {
            keys = keys().Select(k =>
            {
                var q = k.ECDsa.ExportParameters(false).Q;
                return new { kty = "EC", crv = "P-256", use = "sig", alg = "ES256", kid = k.KeyId, x = Base64UrlEncoder.Encode(q.X), y = Base64UrlEncoder.Encode(q.Y) };
            }),
        }));
        await app.StartAsync();
        return new IdentityProvider(app, new Uri(address));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
