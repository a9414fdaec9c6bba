using System.Globalization;
using System.Text;
using ContactPlatform.Contacts.Contacts;

namespace ContactPlatform.Contacts.CustomFields;

/// <summary>
/// Reads values of custom fields from text. Each method answers null, or what is wrong and what is expected, to follow a
/// field's name.
/// </summary>
public static class FieldText
{
    private const int MaximumShown = 100;
    private static readonly string[] True = ["true", "yes", "y", "1"];
    private static readonly string[] False = ["false", "no", "n", "0"];

    /// <summary>Reads a text of one line: trimmed, in NFC.</summary>
    public static string? ReadText(string text, out FieldValue value)
    {
        value = new();
        if (text.Length > 10 * CustomFieldLimits.Text)
        {
            return TooLong(text.Length);
        }
        if (!EmailAddress.IsWellFormed(text))
        {
            return "contains a broken character; expected Unicode text";
        }
        var normal = text.Trim().Normalize(NormalizationForm.FormC);
        var problem = normal.Length == 0 ? $"is empty; expected 1 to {CustomFieldLimits.Text} characters"
            : normal.Length > CustomFieldLimits.Text ? TooLong(normal.Length)
            : normal.Any(char.IsControl) ? "contains a control character; only printable text is allowed"
            : null;
        value = new(Text: normal);
        return problem;

        static string TooLong(int length) => $"has {length} characters; at most {CustomFieldLimits.Text} are allowed";
    }

    /// <summary>Reads a number: a sign, digits, a point with digits. Nothing is rounded.</summary>
    public static string? ReadNumber(string text, out FieldValue value)
    {
        value = new();
        var trimmed = text.Trim();
        var digits = trimmed.AsSpan().TrimStart("+-");
        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits : digits[..point];
        var part = point < 0 ? [] : digits[(point + 1)..];
        if (trimmed.Length - digits.Length > 1 || whole.Length + part.Length == 0 || whole.IndexOfAnyExceptInRange('0', '9') >= 0 || part.IndexOfAnyExceptInRange('0', '9') >= 0)
        {
            return $"is {Shown(text)}; expected a number such as -1234.5";
        }
        whole = whole.TrimStart('0');
        part = part.TrimEnd('0');
        if (whole.Length > CustomFieldLimits.Digits - CustomFieldLimits.Decimals || part.Length > CustomFieldLimits.Decimals)
        {
            return $"is {Shown(text)}; a number has at most {CustomFieldLimits.Digits - CustomFieldLimits.Decimals} digits before the point and {CustomFieldLimits.Decimals} after it";
        }
        var number = decimal.Parse($"0{whole}.{part}0", NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        value = new(Number: trimmed[0] == '-' && number != 0 ? -number : number);
        return null;
    }

    /// <summary>Reads a day.</summary>
    public static string? ReadDate(string text, out FieldValue value)
    {
        var read = DateOnly.TryParseExact(text.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
        value = new(Date: date);
        return read ? null : $"is {Shown(text)}; expected a day such as 2026-04-01";
    }

    /// <summary>Reads one of a field's choices, without case; the value has the field's spelling.</summary>
    public static string? ReadChoice(CustomField field, string text, out FieldValue value)
    {
        var key = text.Length > 10 * CustomFieldLimits.Name ? "" : TextKey.Of(text);
        var choice = field.Choices.Find(c => TextKey.Of(c) == key);
        value = new(Text: choice ?? "");
        return choice is null ? $"is {Shown(text)}; expected {Shown(field.Choices)}" : null;
    }

    /// <summary>Reads a value by the field's type, as a file's cell writes it: no cell is empty.</summary>
    public static string? Read(CustomField field, string text, out FieldValue value)
    {
        switch (field.Type)
        {
            case CustomFieldType.Text:
                return ReadText(text.ReplaceLineEndings(" ").Replace('\t', ' '), out value);
            case CustomFieldType.Number:
                return ReadNumber(text, out value);
            case CustomFieldType.Date:
                return ReadDate(text, out value);
            case CustomFieldType.Choice:
                return ReadChoice(field, text, out value);
            default:
                var isTrue = True.Contains(text.Trim(), StringComparer.OrdinalIgnoreCase);
                value = new(Boolean: isTrue);
                return isTrue || False.Contains(text.Trim(), StringComparer.OrdinalIgnoreCase) ? null : $"is {Shown(text)}; expected true or false, yes or no";
        }
    }

    /// <summary>A text as a message shows it.</summary>
    public static string Shown(string text) => text.Length <= MaximumShown ? $"\"{text}\"" : $"\"{text[..MaximumShown]}…\"";

    /// <summary>Choices as a message shows them: not more than somebody would read.</summary>
    private static string Shown(List<string> choices) => $"{string.Join(", ", choices.Take(20).Select(Shown))}{(choices.Count > 20 ? $" or another of the {choices.Count} choices" : "")}";
}
