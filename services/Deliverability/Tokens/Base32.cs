using System.Text;

namespace ContactPlatform.Deliverability.Tokens;

/// <summary>Base32 (RFC 4648 6) in lower case and without padding: for addresses, whose letters some servers turn to lower or upper case.</summary>
public static class Base32
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>Writes bytes.</summary>
    public static string Write(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder((bytes.Length * 8 + 4) / 5);
        var (bits, count) = (0, 0);
        foreach (var b in bytes)
        {
            bits = (bits << 8 | b) & 0xFFF;
            for (count += 8; count >= 5; count -= 5)
            {
                text.Append(Alphabet[bits >> (count - 5) & 31]);
            }
        }
        return count > 0 ? text.Append(Alphabet[bits << (5 - count) & 31]).ToString() : text.ToString();
    }

    /// <summary>Reads what <see cref="Write"/> wrote, in either case; null for anything else.</summary>
    public static byte[]? Read(ReadOnlySpan<char> text)
    {
        var bytes = new List<byte>(text.Length * 5 / 8);
        var (bits, count) = (0, 0);
        foreach (var c in text)
        {
            var digit = Alphabet.IndexOf(char.ToLowerInvariant(c), StringComparison.Ordinal);
            if (digit < 0 || !char.IsAscii(c))
            {
                return null;
            }
            bits = (bits << 5 | digit) & 0xFFF;
            count += 5;
            if (count >= 8)
            {
                count -= 8;
                bytes.Add((byte)(bits >> count));
            }
        }
        // What is left over is less than a digit, and nothing.
        return count < 5 && (bits & ((1 << count) - 1)) == 0 ? [.. bytes] : null;
    }
}
