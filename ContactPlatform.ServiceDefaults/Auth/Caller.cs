using System.Security.Claims;
using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Hosting;
using Grpc.Core;

namespace ContactPlatform.ServiceDefaults.Auth;

/// <summary>Names of the claims in the platform's tokens.</summary>
public static class PlatformClaims
{
    /// <summary>Account that the caller acts in; 0 for a service that follows change feeds.</summary>
    public const string AccountId = "account_id";

    /// <summary>Scopes, separated by blanks (RFC 8693 4.2).</summary>
    public const string Scope = "scope";

    /// <summary>Who the caller is.</summary>
    public const string Subject = "sub";

    /// <summary>Who issued the token.</summary>
    public const string IssuedBy = "iss";

    /// <summary>The caller's name for people.</summary>
    public const string Name = "name";

    /// <summary>Issuer and audience of the platform's own tokens.</summary>
    public const string Issuer = "contactplatform";
}

/// <summary>Account of the running call or piece of background work; what the database lets it see.</summary>
public sealed class CurrentAccount
{
    /// <summary>The account; 0 while nobody has said.</summary>
    public long Id { get; set; }
}

/// <summary>Who makes a call, from its token.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Actor">What history keeps.</param>
public sealed record Caller(long AccountId, Actor Actor)
{
    /// <summary>Reads the caller of a call.</summary>
    public static Caller Of(ServerCallContext context) => Of(context.GetHttpContext().User);

    /// <summary>
    /// Reads the caller from a token's claims. Whatever subject an identity provider gives somebody, its people are
    /// operators: only the platform's own tokens make keys and services.
    /// </summary>
    public static Caller Of(ClaimsPrincipal user)
    {
        var own = IsPlatform(user);
        var subject = user.FindFirstValue(PlatformClaims.Subject) ?? "";
        return new(
            long.TryParse(user.FindFirstValue(PlatformClaims.AccountId), System.Globalization.CultureInfo.InvariantCulture, out var account) ? account : 0,
            new Actor
            {
                Kind = own && subject.StartsWith("key:", StringComparison.Ordinal) ? ActorKind.ApiKey
                    : own && subject.StartsWith("service:", StringComparison.Ordinal) ? ActorKind.Service
                    : ActorKind.Operator,
                Subject = Limit(subject),
                DisplayName = Limit(user.FindFirstValue(PlatformClaims.Name) ?? ""),
            });
    }

    /// <summary>True for a token that the platform issued itself.</summary>
    internal static bool IsPlatform(ClaimsPrincipal user) => user.FindFirstValue(PlatformClaims.IssuedBy) == PlatformClaims.Issuer;

    /// <summary>Headers that pass the caller's own token on to another service, for work done on its behalf.</summary>
    public static Metadata Forward(ServerCallContext context) =>
        new() { { "authorization", context.RequestHeaders.GetValue("authorization") ?? "" } };

    private static string Limit(string text) => text.Length <= 200 ? text : text[..200];
}
