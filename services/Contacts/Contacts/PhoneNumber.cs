using System.Text;

namespace ContactPlatform.Contacts.Contacts;

/// <summary>
/// Brings phone numbers to ITU-T E.164's international form: `+`, then 7 to 15 digits that start with the country code.
/// Accepts `+` or `00` in front and separators between. National forms are refused: the country they belong to is unknown.
/// </summary>
public static class PhoneNumber
{
    /// <summary>Digits at least; shorter international numbers do not exist in practice.</summary>
    public const int MinimumDigits = 7;

    /// <summary>Digits at most (E.164 6.2.1).</summary>
    public const int MaximumDigits = 15;

    /// <summary>Characters in the normal form.</summary>
    public const int MaximumLength = MaximumDigits + 1;

    private const int MaximumInput = 60;

    /// <summary>Normalises a number; says what is wrong with one that cannot be a number.</summary>
    /// <param name="text">As a person wrote it.</param>
    /// <param name="phone">The normal form; empty when the answer is not null.</param>
    /// <returns>The problem and what is expected, to follow a field's name; null when the number is good.</returns>
    public static string? TryNormalise(string text, out string phone)
    {
        phone = "";
        var trimmed = text.Trim();
        if (trimmed.Length == 0)
        {
            return "is empty; expected a number such as +6281234567890";
        }
        if (trimmed.Length > MaximumInput)
        {
            return $"has {trimmed.Length} characters; expected + and {MinimumDigits} to {MaximumDigits} digits";
        }
        var digits = new StringBuilder(MaximumInput);
        var plus = false;
        foreach (var c in trimmed)
        {
            if (char.IsAsciiDigit(c))
            {
                digits.Append(c);
            }
            else if (c is '+' or '＋' && digits.Length == 0 && !plus)
            {
                plus = true;
            }
            else if (!IsSeparator(c))
            {
                return "contains something that is no digit; expected + and digits, with blanks, dots, hyphens, slashes or brackets between";
            }
        }
        var number = digits.ToString();
        if (!plus)
        {
            if (!number.StartsWith("00", StringComparison.Ordinal))
            {
                return "has no country code; expected + or 00 in front, such as +6281234567890";
            }
            number = number[2..];
        }
        // The number with a national prefix in brackets, +44 (0)20 …, is ambiguous to a machine only at first sight.
        if (number.StartsWith('0'))
        {
            return "has a country code that starts with 0; expected one such as +62";
        }
        if (number.Length is < MinimumDigits or > MaximumDigits)
        {
            return $"has {number.Length} digits; {MinimumDigits} to {MaximumDigits} are expected after the +";
        }
        phone = $"+{number}";
        return null;
    }

    /// <summary>True for what people write between the digits.</summary>
    internal static bool IsSeparator(char c) => c is ' ' or '\u00A0' or '\u202F' or '.' or '-' or '\u2010' or '\u2011' or '\u2013' or '/' or '(' or ')' or '[' or ']';
}
