using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ContactPlatform.Deliverability.ProviderWebhooks;

/// <summary>
/// Mailgun's signature: HMAC-SHA-256 of a time and a token with the account's signing key. It does not cover the event, so
/// whoever saw a call could send another event with its signature. Therefore a token is bound to the first body that comes
/// with it: the same body again is a repetition, which changes nothing, and another body is refused.
/// </summary>
/// <param name="Token">The token, 50 characters.</param>
/// <param name="Time">When it was signed.</param>
public sealed record MailgunSignature(string Token, DateTime Time)
{
    /// <summary>Characters in a token; Mailgun's have 50.</summary>
    public const int MaximumToken = 100;

    /// <summary>Checks the signature of a call.</summary>
    /// <param name="root">The call's body.</param>
    /// <param name="signingKey">The account's key.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null when it is missing, wrong, or more than a day old.</returns>
    public static MailgunSignature? Verify(JsonElement root, ReadOnlySpan<byte> signingKey, DateTime now)
    {
        var given = root.Get("signature");
        var (timestamp, token, signature) = (given.Text("timestamp", 20), given.Text("token", MaximumToken), given.Text("signature", 64));
        if (token.Length == 0 || signature.Length != 64 || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || !ProviderClock.IsRecent(seconds, now))
        {
            return null;
        }
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes(timestamp + token)));
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(signature))
            ? new(token, DateTime.UnixEpoch.AddSeconds(seconds)) : null;
    }
}
