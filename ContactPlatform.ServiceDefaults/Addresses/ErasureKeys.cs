using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace ContactPlatform.ServiceDefaults.Addresses;

/// <summary>
/// The keys of the hashes by which erased and unsubscribed addresses are recognised: `Erasure:Keys:{id}`, secrets of at least 32 characters.
/// New hashes are made with `Erasure:CurrentKey`, which may be left out while there is one key. An older key stays configured
/// as long as hashes of it are kept, since nobody can make them anew.
/// </summary>
public sealed class ErasureKeys
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Erasure:Keys";

    /// <summary>Characters in a key's id.</summary>
    public const int MaximumId = 40;

    private const int MinimumSecret = 32;

    private readonly SortedDictionary<string, byte[]> keys = new(StringComparer.Ordinal);
    private readonly string current;

    /// <summary>Reads the keys.</summary>
    public ErasureKeys(IConfiguration configuration)
    {
        foreach (var entry in configuration.GetSection(Section).GetChildren())
        {
            if (entry.Key.Length > MaximumId || entry.Value is not { Length: >= MinimumSecret } secret)
            {
                throw new InvalidOperationException($"{Section}:{entry.Key}: expected an id of at most {MaximumId} characters and a secret of at least {MinimumSecret}");
            }
            keys.Add(entry.Key, Encoding.UTF8.GetBytes(secret));
        }
        current = configuration["Erasure:CurrentKey"] ?? (keys.Count == 1 ? keys.Keys.Single() : "");
        if (keys.Count > 0 && !keys.ContainsKey(current))
        {
            throw new InvalidOperationException($"Erasure:CurrentKey is \"{current}\"; expected one of {string.Join(", ", keys.Keys)}");
        }
    }

    /// <summary>False while there is no key: nothing can be erased then.</summary>
    public bool Configured => keys.Count > 0;

    /// <summary>Ids of all keys.</summary>
    public IReadOnlyCollection<string> Ids => keys.Keys;

    /// <summary>Hashes an address that is erased now.</summary>
    public (string KeyId, string Hash) Hash(long accountId, string address) => (current, Hash(keys[current], accountId, address));

    /// <summary>All hashes under which an address may have been erased.</summary>
    public IEnumerable<string> Hashes(long accountId, string address) => keys.Values.Select(key => Hash(key, accountId, address));

    /// <summary>An email has an @ and a phone has none, so neither can be taken for the other.</summary>
    private static string Hash(byte[] key, long accountId, string address) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(FormattableString.Invariant($"{accountId}:{address}"))));
}
