namespace ContactPlatform.Deliverability.Tokens;

/// <summary>What a token is for; a token for one purpose is nothing for another. Never renumbered: mails carry them for years.</summary>
public enum TokenPurpose : byte
{
    /// <summary>The address that reports of non-delivery go to.</summary>
    Bounce = 1,

    /// <summary>The Message-ID.</summary>
    MessageId = 2,

    /// <summary>The picture that tells of an opening.</summary>
    Open = 3,

    /// <summary>A link; the number is the link's.</summary>
    Click = 4,

    /// <summary>The unsubscription.</summary>
    Unsubscribe = 5,
}

/// <summary>Which message a token is about.</summary>
/// <param name="AccountId">Its account.</param>
/// <param name="MessageId">The message.</param>
/// <param name="Number">Which of its links; 0 for other purposes.</param>
public readonly record struct MessageReference(long AccountId, long MessageId, int Number = 0);

/// <summary>
/// Names a message to those outside, and proves that we did: numbers in as few bytes as they need, and the beginning of an
/// HMAC-SHA-256 over them and the purpose. Nobody can make one, turn one into another message's, or use it for another purpose.
/// </summary>
public static class MessageToken
{
    private const int LongestNumbers = 9 + 9 + 5;

    /// <summary>Writes a token.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="purpose">What for.</param>
    /// <param name="message">Which message.</param>
    /// <param name="macBytes">Bytes of the proof: 10 to 32. A guess is right once in 2^(8 macBytes).</param>
    public static byte[] Write(MailKeys keys, TokenPurpose purpose, MessageReference message, int macBytes)
    {
        Span<byte> content = stackalloc byte[1 + LongestNumbers];
        content[0] = (byte)purpose;
        var length = Add(content, 1, (ulong)message.AccountId);
        length = Add(content, length, (ulong)message.MessageId);
        length = Add(content, length, (ulong)message.Number);
        var token = new byte[length - 1 + macBytes];
        content[1..length].CopyTo(token);
        keys.Sign(content[..length], token.AsSpan(length - 1));
        return token;
    }

    private static int Add(Span<byte> content, int at, ulong number)
    {
        for (; number >= 0x80; number >>= 7)
        {
            content[at++] = (byte)(number | 0x80);
        }
        content[at++] = (byte)number;
        return at;
    }

    /// <summary>Reads a token.</summary>
    /// <returns>Null when we did not write it for this purpose.</returns>
    public static MessageReference? Read(MailKeys keys, TokenPurpose purpose, ReadOnlySpan<byte> token, int macBytes)
    {
        if (token.Length < macBytes + 3 || token.Length > macBytes + LongestNumbers)
        {
            return null;
        }
        var numbers = token[..^macBytes];
        if (!keys.Signed([(byte)purpose, .. numbers], token[^macBytes..]))
        {
            return null;
        }
        var place = 0;
        var reference = new MessageReference((long)Next(numbers), (long)Next(numbers), (int)Next(numbers));
        return place == numbers.Length ? reference : null;

        ulong Next(ReadOnlySpan<byte> bytes)
        {
            var number = 0UL;
            for (var shift = 0; place < bytes.Length; shift += 7)
            {
                var b = bytes[place++];
                number |= (ulong)(b & 0x7F) << shift;
                if (b < 0x80)
                {
                    break;
                }
            }
            return number;
        }
    }
}
