using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ContactPlatform.Contacts.Imports;

/// <summary>
/// Remembers the contacts that a dry run would have made, so that later rows of the file find them. By 64 bits of
/// SHA-256, and at most 2,000,000 (about 50 MB): rows that repeat a contact made beyond that are counted as new again.
/// </summary>
public sealed class DryRunKeys
{
    private const int Maximum = 2_000_000;
    private readonly HashSet<long> keys = [];

    /// <summary>Says whether a contact was remembered.</summary>
    public bool Contains(string key) => keys.Count > 0 && keys.Contains(Hash(key));

    /// <summary>Remembers contacts, as far as there is room.</summary>
    public void Add(IEnumerable<string> made)
    {
        foreach (var key in made)
        {
            if (keys.Count < Maximum)
            {
                keys.Add(Hash(key));
            }
        }
    }

    private static long Hash(string key) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
