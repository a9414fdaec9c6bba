using System.Globalization;
using System.Text;

namespace ContactPlatform.ServiceDefaults.Addresses;

/// <summary>
/// Brings email addresses to the one form in which they are stored and compared: no surrounding blanks, NFC, lower
/// case, domain in ASCII form. Accepts the dot-atom form of RFC 5322 3.2.3, also with letters beyond ASCII (RFC 6531)
/// in the local part. Quoted local parts, comments, display names and address literals (`user@[192.0.2.1]`) are not
/// accepted: no sign-up form produces them, and most mail systems refuse them.
/// </summary>
public static class EmailAddress
{
    /// <summary>Characters in an address: RFC 5321 4.5.3.1.3's path of 256 less the brackets.</summary>
    public const int MaximumLength = 254;

    /// <summary>True when an address in normal form is an email, and no phone.</summary>
    public static bool IsEmail(string address) => address.Contains('@', StringComparison.Ordinal);

    /// <summary>Characters before the `@` (RFC 5321 4.5.3.1.1).</summary>
    public const int MaximumLocalLength = 64;

    /// <summary>Characters after the `@` (RFC 5321 4.5.3.1.2); the whole leaves room for fewer.</summary>
    public const int MaximumDomainLength = 255;

    private const string AtomSymbols = "!#$%&'*+-/=?^_`{|}~";

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>Normalises an address; says what is wrong with one that cannot be an address.</summary>
    /// <param name="text">As a person wrote it; read only when it has at most 1,000 characters.</param>
    /// <param name="email">The normal form; empty when the answer is not null.</param>
    /// <returns>The problem and what is expected, to follow a field's name; null when the address is good.</returns>
    public static string? TryNormalise(string text, out string email)
    {
        email = "";
        // Longer than any address can be: refused before any work is spent on it.
        if (text.Length > 1000)
        {
            return $"has {text.Length} characters; at most {MaximumLength} are allowed";
        }
        var trimmed = text.Trim();
        if (trimmed.Length == 0)
        {
            return "is empty; expected local@domain";
        }
        if (!IsWellFormed(trimmed))
        {
            return "contains a broken character; expected Unicode text";
        }
        var at = trimmed.LastIndexOf('@');
        if (at < 0)
        {
            return "has no @; expected local@domain";
        }
        var local = trimmed[..at].Normalize(NormalizationForm.FormC).ToLowerInvariant().Normalize(NormalizationForm.FormC);
        var domain = "";
        if ((CheckLocal(local) ?? ReadDomain(trimmed[(at + 1)..], out domain)) is { } problem)
        {
            return problem;
        }
        var whole = $"{local}@{domain}";
        if (whole.Length > MaximumLength)
        {
            return $"has {whole.Length} characters; at most {MaximumLength} are allowed";
        }
        email = whole;
        return null;
    }

    private static string? CheckLocal(string local)
    {
        if (local.Length == 0)
        {
            return "has nothing before the @; expected local@domain";
        }
        if (local.Length > MaximumLocalLength)
        {
            return $"has {local.Length} characters before the @; at most {MaximumLocalLength} are allowed";
        }
        if (local[0] == '"')
        {
            return "has a quoted part before the @; quoted forms are not accepted";
        }
        if (local.StartsWith('.') || local.EndsWith('.') || local.Contains("..", StringComparison.Ordinal))
        {
            return "has a misplaced dot before the @; dots stand between other characters";
        }
        foreach (var rune in local.EnumerateRunes())
        {
            if (rune.Value != '.' && !IsAtom(rune))
            {
                return $"has {Show(rune)} before the @; letters, digits, dots and {AtomSymbols} are allowed";
            }
        }
        return null;
    }

    private static string? ReadDomain(string text, out string domain)
    {
        domain = "";
        if (text.Length == 0)
        {
            return "has no domain; expected local@domain";
        }
        if (text[0] == '[')
        {
            return "has an address literal as domain; a domain name is expected";
        }
        if (text.Length > MaximumDomainLength)
        {
            return $"has {text.Length} characters after the @; at most {MaximumDomainLength} are allowed";
        }
        string ascii;
        try
        {
            ascii = Idn.GetAscii(text.Normalize(NormalizationForm.FormC)).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            // IdnMapping says so when a label is empty, too long, or holds a character that no domain name has.
            return "has a malformed domain; labels of 1 to 63 letters, digits and inner hyphens, with dots between, are expected";
        }
        if (ascii.Length > MaximumDomainLength)
        {
            return $"has {ascii.Length} characters after the @ in ASCII form; at most {MaximumDomainLength} are allowed";
        }
        var labels = ascii.Split('.');
        if (labels.Length < 2)
        {
            return "has a domain without a dot; expected one such as example.org";
        }
        if (!labels.All(IsHostLabel) || labels[^1].All(char.IsAsciiDigit))
        {
            return "has a malformed domain; labels of 1 to 63 letters, digits and inner hyphens, with dots between, are expected";
        }
        domain = ascii;
        return null;
    }

    private static bool IsHostLabel(string label) =>
        label.Length is >= 1 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static bool IsAtom(Rune rune) => rune.IsAscii
        ? Rune.IsLetterOrDigit(rune) || AtomSymbols.Contains((char)rune.Value)
        : Rune.GetUnicodeCategory(rune) is UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static string Show(Rune rune) => rune.Value == ' ' ? "a blank" : rune.Value == '@' ? "a second @"
        : Rune.IsControl(rune) ? "a control character" : $"the character {rune}";

    /// <summary>Half a surrogate pair can be neither normalised nor stored.</summary>
    public static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\uFFFE' || (char.IsSurrogate(text[i]) && !(char.IsSurrogatePair(text, i) && i++ >= 0)))
            {
                return false;
            }
        }
        return true;
    }
}
