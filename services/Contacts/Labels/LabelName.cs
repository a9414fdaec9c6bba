using System.Text;
using ContactPlatform.Contacts.Contacts;

namespace ContactPlatform.Contacts.Labels;

/// <summary>Reads and compares names of labels.</summary>
public static class LabelName
{
    /// <summary>Characters in a name.</summary>
    public const int MaximumLength = 100;

    /// <summary>Characters in a name's key: case mapping can lengthen a text, but never this much.</summary>
    public const int MaximumKeyLength = 3 * MaximumLength;

    /// <summary>Reads a name: without surrounding blanks, in NFC.</summary>
    /// <param name="text">As a person wrote it.</param>
    /// <param name="name">The name; empty when the answer is not null.</param>
    /// <returns>The problem and what is expected, to follow a field's name; null when the name is good.</returns>
    public static string? TryNormalise(string text, out string name)
    {
        name = "";
        if (text.Length > 10 * MaximumLength)
        {
            return $"has {text.Length} characters; at most {MaximumLength} are allowed";
        }
        if (!EmailAddress.IsWellFormed(text))
        {
            return "contains a broken character; expected Unicode text";
        }
        var normal = text.Trim().Normalize(NormalizationForm.FormC);
        var problem = normal.Length == 0 ? $"is empty; expected 1 to {MaximumLength} characters"
            : normal.Length > MaximumLength ? $"has {normal.Length} characters; at most {MaximumLength} are allowed"
            : normal.AsSpan().ContainsAny(',', ';') ? "contains a comma or a semicolon, which separate labels in files; leave them out"
            : normal.Any(char.IsControl) ? "contains a control character; only printable text is allowed"
            : null;
        name = problem is null ? normal : "";
        return problem;
    }

    /// <summary>The form in which names are compared.</summary>
    public static string Key(string name) => TextKey.Of(name);
}
