using ContactPlatform.ServiceDefaults.Times;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ContactPlatform.ServiceDefaults.Auth;

/// <summary>Adds the reading of bearer tokens: the platform's own, and an operators' identity provider where configured.</summary>
public static class AuthExtensions
{
    /// <summary>The scheme of the platform's own tokens.</summary>
    internal const string Platform = "platform";

    /// <summary>The scheme of the operators' identity provider.</summary>
    internal const string Operators = "operators";

    /// <summary>
    /// Adds token validation. The platform's keys come from Contacts (`services:contacts:http:0`, OpenID Connect
    /// discovery) unless `PlatformKeys` says otherwise; `Auth:Operators:Authority` and `Auth:Operators:Audience` add an identity
    /// provider whose tokens must carry account_id and scope; it must be reached by https, except on this machine.
    /// </summary>
    public static void AddPlatformAuth(this IHostApplicationBuilder builder)
    {
        builder.Services.AddScoped<CurrentAccount>();
        var operators = builder.Configuration["Auth:Operators:Authority"];
        var authentication = builder.Services.AddAuthentication(operators is null ? Platform : "any").AddJwtBearer(Platform, options =>
        {
            options.MapInboundClaims = false;
            // Services talk to each other inside one network; TLS ends before it.
            options.RequireHttpsMetadata = false;
            options.Authority = builder.Configuration["services:contacts:http:0"];
            // A key that is new since the last look is looked for at once, but no more often than this.
            options.RefreshInterval = TimeSpan.FromSeconds(5);
            options.TokenValidationParameters = new TokenValidationParameters
            {
                ValidIssuer = PlatformClaims.Issuer,
                ValidAudience = PlatformClaims.Issuer,
                ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
                ClockSkew = TimeSpan.FromSeconds(30),
                NameClaimType = PlatformClaims.Name,
            };
        });
        builder.Services.AddOptions<JwtBearerOptions>(Platform).Configure<IServiceProvider>((options, services) =>
        {
            options.TimeProvider = services.GetService<TimeProvider>()?.Machine();
            options.TokenHandlers.Clear();
            options.TokenHandlers.Add(new CheckedTokens(services.GetRequiredService<TimeProvider>().Machine()));
            if (services.GetService<PlatformKeys>() is { } keys)
            {
                options.Authority = null;
                options.TokenValidationParameters.IssuerSigningKeyResolver = (_, _, kid, _) => keys.Find(kid);
            }
        });
        if (operators is not null)
        {
            authentication.AddJwtBearer(Operators, options =>
            {
                options.MapInboundClaims = false;
                options.Authority = operators;
                options.RequireHttpsMetadata = !(Uri.TryCreate(operators, UriKind.Absolute, out var address) && address.IsLoopback);
                options.Audience = builder.Configuration["Auth:Operators:Audience"];
                options.TokenValidationParameters.NameClaimType = PlatformClaims.Name;
            }).AddPolicyScheme("any", "any", options => options.ForwardDefaultSelector = SchemeOf);
            authentication.Services.AddOptions<JwtBearerOptions>(Operators).Configure<IServiceProvider>((options, services) => options.TimeProvider = services.GetService<TimeProvider>()?.Machine());
        }
    }

    /// <summary>Says which scheme checks a call's token, where both are configured.</summary>
    internal static string SchemeOf(HttpContext context) =>
        IssuerOf(context.Request.Headers.Authorization.ToString()) == PlatformClaims.Issuer ? Platform : Operators;

    /// <summary>Reads the issuer without trusting it: it only chooses who will check the token.</summary>
    private static string? IssuerOf(string header)
    {
        var token = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : "";
        var handler = new JsonWebTokenHandler();
        try
        {
            return handler.CanReadToken(token) ? handler.ReadJsonWebToken(token).Issuer : null;
        }
        catch (ArgumentException)
        {
            // Three parts and no token: whoever checks it says so.
            return null;
        }
    }
}

/// <summary>The platform's public keys, where a service has them itself (Contacts, which signs).</summary>
/// <param name="Find">Returns the keys with an id, or all when the id is empty.</param>
public sealed record PlatformKeys(Func<string, IEnumerable<SecurityKey>> Find);
