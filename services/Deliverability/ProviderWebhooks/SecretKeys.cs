using System.Security.Cryptography;
using System.Text;

namespace ContactPlatform.Deliverability.ProviderWebhooks;

/// <summary>
/// Encrypts the secrets of others that have to be read again: `Secrets:Keys:{id}`, secrets of at least 32 characters; new ones
/// are encrypted with `Secrets:CurrentKey`, which may be left out while there is one key. So a copy of the database alone
/// tells no secret; a copy of the configuration with it does.
/// </summary>
public sealed class SecretKeys
{
    /// <summary>Characters in a key's id.</summary>
    public const int MaximumId = 40;

    private const string Section = "Secrets:Keys";
    private const int MinimumSecret = 32;
    private const int Nonce = 12;
    private const int Tag = 16;

    private readonly Dictionary<string, byte[]> keys = new(StringComparer.Ordinal);
    private readonly string current;

    /// <summary>Reads the keys.</summary>
    /// <exception cref="InvalidOperationException">One cannot be used.</exception>
    public SecretKeys(IConfiguration configuration)
    {
        foreach (var entry in configuration.GetSection(Section).GetChildren())
        {
            if (entry.Key.Length > MaximumId || entry.Value is not { Length: >= MinimumSecret } secret)
            {
                throw new InvalidOperationException($"{Section}:{entry.Key}: expected an id of at most {MaximumId} characters and a secret of at least {MinimumSecret}");
            }
            keys.Add(entry.Key, HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, info: "contactplatform secrets"u8.ToArray()));
        }
        current = configuration["Secrets:CurrentKey"] ?? (keys.Count == 1 ? keys.Keys.Single() : "");
        if (keys.Count > 0 && !keys.ContainsKey(current))
        {
            throw new InvalidOperationException($"Secrets:CurrentKey is \"{current}\"; expected one of {string.Join(", ", keys.Keys)}");
        }
    }

    /// <summary>False while there is no key: no secret can be kept then.</summary>
    public bool Configured => keys.Count > 0;

    /// <summary>Encrypts a secret for one place, which it cannot be moved from.</summary>
    public (string KeyId, byte[] Sealed) Seal(ReadOnlySpan<byte> secret, string place)
    {
        var made = new byte[Nonce + secret.Length + Tag];
        RandomNumberGenerator.Fill(made.AsSpan(0, Nonce));
        using var aes = new AesGcm(keys[current], Tag);
        aes.Encrypt(made.AsSpan(0, Nonce), secret, made.AsSpan(Nonce, secret.Length), made.AsSpan(Nonce + secret.Length), Encoding.UTF8.GetBytes(place));
        return (current, made);
    }

    /// <summary>Decrypts a secret of a place.</summary>
    /// <exception cref="InvalidOperationException">Its key is not configured any more.</exception>
    public byte[] Open(string keyId, byte[] made, string place)
    {
        using var aes = new AesGcm(keys.GetValueOrDefault(keyId) ?? throw new InvalidOperationException($"{Section}:{keyId} is not configured, and secrets are kept under it"), Tag);
        var secret = new byte[made.Length - Nonce - Tag];
        aes.Decrypt(made.AsSpan(0, Nonce), made.AsSpan(Nonce, secret.Length), made.AsSpan(Nonce + secret.Length), secret, Encoding.UTF8.GetBytes(place));
        return secret;
    }
}
