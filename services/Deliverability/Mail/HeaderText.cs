using System.Text;

namespace ContactPlatform.Deliverability.Mail;

/// <summary>
/// Writes free text into header fields (RFC 5322 2.2.1) so that nothing in it can end the field: what is not plain printable
/// ASCII, line ends above all, travels in encoded words (RFC 2047).
/// </summary>
public static class HeaderText
{
    /// <summary>Characters of a line that RFC 5322 2.1.1 asks for.</summary>
    internal const int LineLength = 78;

    /// <summary>Bytes in an encoded word: 75 characters (RFC 2047 2) less `=?utf-8?B??=`, in whole groups of base64.</summary>
    private const int WordBytes = 45;

    /// <summary>Writes a text, folded at blanks.</summary>
    /// <param name="text">Anything; half surrogates become U+FFFD.</param>
    /// <param name="column">Characters that the line holds before it.</param>
    public static string Unstructured(string text, int column)
    {
        if (!IsPlain(text))
        {
            return EncodedWords(text, column);
        }
        var line = column;
        var folded = new StringBuilder(text.Length + 16);
        foreach (var word in text.Split(' '))
        {
            if (folded.Length > 0)
            {
                var breaks = line + 1 + word.Length > LineLength;
                folded.Append(breaks ? "\r\n " : " ");
                line = breaks ? 1 : line + 1;
            }
            folded.Append(word);
            line += word.Length;
        }
        return folded.ToString();
    }

    /// <summary>Writes any text as encoded words, each on a line of its own; an encoded word never parts a character.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="column">Characters that the line holds before it: with them, a line has at most 76 (RFC 2047 2).</param>
    internal static string EncodedWords(string text, int column)
    {
        var words = new StringBuilder(text.Length * 2);
        Span<byte> bytes = stackalloc byte[WordBytes];
        var used = 0;
        // The first word is shorter by what stands before it, and those behind by the blank of their fold.
        var room = (76 - column - 12) / 4 * 3;
        foreach (var rune in text.EnumerateRunes())
        {
            if (used + rune.Utf8SequenceLength > Math.Min(room, WordBytes))
            {
                Flush(bytes[..used]);
                (used, room) = (0, WordBytes);
            }
            used += rune.EncodeToUtf8(bytes[used..]);
        }
        if (used > 0)
        {
            Flush(bytes[..used]);
        }
        return words.ToString();

        void Flush(ReadOnlySpan<byte> word) => words.Append(words.Length > 0 ? "\r\n " : "").Append("=?utf-8?B?").Append(Convert.ToBase64String(word)).Append("?=");
    }

    /// <summary>True for what can stand as it is: printable ASCII, single blanks inside, no words too long to fold, nothing that reads as an encoded word.</summary>
    private static bool IsPlain(string text) =>
        !text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains("=?", StringComparison.Ordinal)
        && (text.Length == 0 || text.Split(' ').All(w => w.Length is > 0 and <= 60));
}
