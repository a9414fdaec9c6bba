using System.Globalization;
using System.Security.Claims;
using ContactPlatform.ServiceDefaults.Auth;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ContactPlatform.Contacts.Access;

/// <summary>Issues the platform's tokens.</summary>
public sealed class TokenIssuer(SigningKeys keys, TimeProvider time)
{
    /// <summary>How long a token is valid.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private readonly JsonWebTokenHandler handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Issues a token.</summary>
    /// <param name="subject">Who it is for: `key:9`, `service:funnel`.</param>
    /// <param name="name">The same for people.</param>
    /// <param name="accountId">Account that it acts in; 0 for change feeds.</param>
    /// <param name="scopes">What it may do.</param>
    /// <returns>The token, and when it expires, UTC.</returns>
    public (string Token, DateTime ExpireTime) Issue(string subject, string name, long accountId, IEnumerable<string> scopes)
    {
        // Whole seconds, as the claims have them (RFC 7519 NumericDate as it is commonly read).
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds()).UtcDateTime;
        var expires = now + Lifetime;
        var token = handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = PlatformClaims.Issuer,
            Audience = PlatformClaims.Issuer,
            IssuedAt = now,
            NotBefore = now,
            Expires = expires,
            Subject = new ClaimsIdentity(
            [
                new(PlatformClaims.Subject, subject),
                new(PlatformClaims.Name, name),
                new(PlatformClaims.AccountId, accountId.ToString(CultureInfo.InvariantCulture), ClaimValueTypes.Integer64),
                new(PlatformClaims.Scope, string.Join(' ', scopes.Order(StringComparer.Ordinal))),
            ]),
            SigningCredentials = keys.Current,
        });
        return (token, expires);
    }
}
