using System.Text;

namespace ContactPlatform.Contacts;

/// <summary>
/// The form in which texts are compared and sorted wherever case does not count: names of labels, names and sources of
/// contacts, texts and choices of custom fields, and what a filter compares with them. Accents count: é is not e.
/// </summary>
/// <remarks>
/// Without surrounding blanks; NFC, so that a letter and its accent are one; upper case, then lower case, each letter by
/// itself, so that letters with two lower-case forms, such as the Greek final sigma, come out equal; NFC again. Doing it
/// twice changes nothing. The databases never do it: they compare keys as they are, in the order of their code points.
/// </remarks>
public static class TextKey
{
    /// <summary>NFC makes a text at most three times as long (Unicode UAX 15, table 9), and a text in NFC no longer.</summary>
    public const int Growth = 3;

    /// <summary>Returns the key of a text; empty for a text of nothing but blanks. Halves of surrogate pairs count as U+FFFD.</summary>
    public static string Of(string text)
    {
        var trimmed = text.Trim();
        return Ascii.IsValid(trimmed)
            ? trimmed.ToLowerInvariant()
            : Whole(trimmed).Normalize(NormalizationForm.FormC).ToUpperInvariant().ToLowerInvariant().Normalize(NormalizationForm.FormC);
    }

    /// <summary>Replaces what .NET refuses to normalise: halves of surrogate pairs, and U+FFFE.</summary>
    private static string Whole(string text)
    {
        var runes = text.EnumerateRunes();
        var whole = new StringBuilder(text.Length);
        foreach (var rune in runes)
        {
            whole.Append(rune.Value == 0xFFFE ? Rune.ReplacementChar : rune);
        }
        return whole.ToString();
    }
}
