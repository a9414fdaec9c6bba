using ContactPlatform.Contacts.Contacts;

namespace ContactPlatform.Contacts.Filters;

/// <summary>Brings a filter's text to the form in which a column stores it.</summary>
/// <param name="text">As written.</param>
/// <param name="whole">True when it is a whole value, false when it is a part of one.</param>
/// <param name="folded">The stored form.</param>
/// <returns>What would be accepted; null when the text is good.</returns>
public delegate string? FilterFold(string text, bool whole, out string folded);

/// <summary>The forms there are. Blanks around a value never count.</summary>
public static class FilterFolds
{
    private const string SomeText = "some text; to ask whether there is a value, use : with * and NOT";

    /// <summary><see cref="TextKey"/>: without case.</summary>
    public static string? Key(string text, bool whole, out string folded) =>
        (folded = TextKey.Of(text)).Length > 0 ? null : SomeText;

    /// <summary>As it is: case counts.</summary>
    public static string? Exact(string text, bool whole, out string folded) =>
        (folded = text.Trim()).Length > 0 ? null : SomeText;

    /// <summary>As addresses are stored, also a part of one, of which the domain is what follows the @.</summary>
    public static string? Email(string text, bool whole, out string folded)
    {
        if (!whole)
        {
            return (folded = EmailAddress.NormalisePart(text)).Length > 0 ? null : SomeText;
        }
        return EmailAddress.TryNormalise(text, out folded) is null ? null : "an email address, or a part of one with * or :";
    }

    /// <summary>As numbers are stored; of a part the digits and the + count.</summary>
    public static string? Phone(string text, bool whole, out string folded)
    {
        if (!whole)
        {
            folded = string.Concat(text.Where(c => char.IsAsciiDigit(c) || c == '+'));
            return folded.Length > 0 && text.All(c => char.IsAsciiDigit(c) || c == '+' || PhoneNumber.IsSeparator(c)) ? null : "digits of a phone number";
        }
        return PhoneNumber.TryNormalise(text, out folded) is null ? null : "a phone number such as +6281234567890, or a part of one with * or :";
    }

    /// <summary>As time zones are stored: as IANA writes them.</summary>
    public static string? TimeZone(string text, bool whole, out string folded)
    {
        if (!whole)
        {
            return Exact(text, whole, out folded);
        }
        return TimeZoneName.TryNormalise(text, out folded) is null && folded.Length > 0 ? null : "an IANA time zone such as Asia/Jakarta, in its own spelling";
    }
}
