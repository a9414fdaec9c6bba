using System.Security.Cryptography;
using System.Text;

namespace ContactPlatform.Contacts.Access;

/// <summary>Makes and hashes the secrets of API keys.</summary>
public static class ApiKeySecret
{
    /// <summary>Characters in a key: the mark `cp_`, by which secret scanners know it, and 45 in base 62.</summary>
    public const int Length = 48;

    /// <summary>Characters that are shown later.</summary>
    public const int PrefixLength = 11;

    /// <summary>Characters in a key's name.</summary>
    public const int MaximumName = 100;

    private const string Mark = "cp_";
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Makes a new key.</summary>
    public static string New() => Mark + RandomNumberGenerator.GetString(Base62, Length - Mark.Length);

    /// <summary>What is stored of a key.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>What is shown of a key.</summary>
    public static string Prefix(string secret) => secret.Length <= PrefixLength ? secret : secret[..PrefixLength];
}
