using System.Globalization;

namespace ContactPlatform.Deliverability.Classifications;

/// <summary>An enhanced status code (RFC 3463): class 2, 4 or 5, subject and detail of 0 to 999.</summary>
/// <param name="Kind">2 success, 4 persistent transient failure, 5 permanent failure.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Detail">What precisely.</param>
public readonly record struct EnhancedCode(int Kind, int Subject, int Detail)
{
    /// <summary>Characters in the longest code.</summary>
    public const int MaximumLength = 9;

    /// <summary>True for 4.x.x and 5.x.x.</summary>
    public bool IsFailure => Kind is 4 or 5;

    /// <summary>Reads a code that stands alone.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out EnhancedCode code) => TryRead(text, out code, out var length) && length == text.Length;

    /// <summary>Reads a code at the beginning of a text; what follows must not go on with a digit or another part.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out EnhancedCode code, out int length)
    {
        (code, length) = (default, 0);
        if (text.Length < 5 || text[0] is not ('2' or '4' or '5') || text[1] != '.'
            || !Number(text, 2, out var subject, out var dot) || dot >= text.Length || text[dot] != '.'
            || !Number(text, dot + 1, out var detail, out length)
            || (length < text.Length && (char.IsAsciiLetterOrDigit(text[length]) || (text[length] == '.' && length + 1 < text.Length && char.IsAsciiDigit(text[length + 1])))))
        {
            length = 0;
            return false;
        }
        code = new(text[0] - '0', subject, detail);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind}.{Subject}.{Detail}");

    private static bool Number(ReadOnlySpan<char> text, int start, out int number, out int end)
    {
        (number, end) = (0, start);
        while (end < text.Length && end < start + 3 && char.IsAsciiDigit(text[end]))
        {
            number = (10 * number) + text[end++] - '0';
        }
        // RFC 3463 section 2: no leading zeros.
        return end > start && (end == start + 1 || text[start] != '0') && !(end < text.Length && char.IsAsciiDigit(text[end]));
    }
}
