using System.Security.Cryptography;
using System.Text;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Access;

/// <summary>Who gets which scopes. Pure.</summary>
public static class AccessDecisions
{
    /// <summary>The scopes of a new key: asked for, known, and held by the caller.</summary>
    /// <param name="asked">As asked for; known to be grantable.</param>
    /// <param name="held">Those of the caller's own token.</param>
    public static Decision<string> Grant(IReadOnlyCollection<string> asked, IReadOnlySet<string> held)
    {
        var missing = asked.Where(s => !held.Contains(s)).Order(StringComparer.Ordinal).FirstOrDefault();
        return missing is null
            ? string.Join(' ', asked.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            : new Refusal(CommonReasons.ScopeMissing, $"the token lacks the scope {missing}, so it cannot give it to a key").With("required", missing);
    }

    /// <summary>What a service's token may do: follow all change feeds, or work for one account.</summary>
    public static IReadOnlyCollection<string> ForService(long accountId) => accountId == 0 ? [Scopes.ChangesRead] : Scopes.ForServices;

    /// <summary>Compares secrets without telling by its time how much of them agrees. A key that is not configured fits nothing.</summary>
    public static bool SameSecret(string given, string? configured) =>
        !string.IsNullOrEmpty(configured)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(configured)));

    /// <summary>The one answer to every key that does not fit.</summary>
    public static Refusal Invalid(string what) => new Refusal(ContactsReasons.ApiKeyInvalid, "the key is unknown or revoked").With("allowed", what);
}
