using System.Security.Cryptography;
using System.Text;

namespace ContactPlatform.Deliverability.Tokens;

/// <summary>
/// The keys of all that mails carry and that comes back: bounce addresses, Message-IDs, links. `Mail:Keys:{id}`, secrets of at
/// least 32 characters; new tokens are signed with `Mail:CurrentKey`, which may be left out while there is one key. An older
/// key stays configured as long as mails signed with it are opened and bounce.
/// </summary>
public sealed class MailKeys
{
    private const string Section = "Mail:Keys";

    private const int MinimumSecret = 32;

    private readonly List<byte[]> keys = [];

    /// <summary>Reads the keys.</summary>
    /// <exception cref="InvalidOperationException">There are none, or one cannot be used.</exception>
    public MailKeys(IConfiguration configuration)
    {
        var entries = configuration.GetSection(Section).GetChildren().ToList();
        var current = configuration["Mail:CurrentKey"] ?? (entries.Count == 1 ? entries[0].Key : "");
        if (entries.FirstOrDefault(e => e.Value is not { Length: >= MinimumSecret }) is { } bad)
        {
            throw new InvalidOperationException($"{Section}:{bad.Key}: expected a secret of at least {MinimumSecret} characters");
        }
        if (!entries.Any(e => e.Key == current))
        {
            throw new InvalidOperationException($"Mail:CurrentKey is \"{current}\"; expected one of {Section}: {string.Join(", ", entries.Select(e => e.Key))}");
        }
        keys.AddRange(entries.OrderBy(e => e.Key == current ? 0 : 1).Select(e => Encoding.UTF8.GetBytes(e.Value!)));
    }

    /// <summary>Signs with the current key, in as many bytes as there is room for.</summary>
    internal void Sign(ReadOnlySpan<byte> content, Span<byte> mac) => Mac(keys[0], content, mac);

    /// <summary>True for what was signed with any of the keys.</summary>
    internal bool Signed(ReadOnlySpan<byte> content, ReadOnlySpan<byte> mac)
    {
        Span<byte> own = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var key in keys)
        {
            Mac(key, content, own[..mac.Length]);
            if (CryptographicOperations.FixedTimeEquals(own[..mac.Length], mac))
            {
                return true;
            }
        }
        return false;
    }

    private static void Mac(byte[] key, ReadOnlySpan<byte> content, Span<byte> mac)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, content, whole);
        whole[..mac.Length].CopyTo(mac);
    }
}
