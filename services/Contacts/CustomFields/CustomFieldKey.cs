namespace ContactPlatform.Contacts.CustomFields;

/// <summary>Checks keys of custom fields: `[a-z][a-z0-9_]{0,62}`.</summary>
public static class CustomFieldKey
{
    /// <summary>Characters in a key.</summary>
    public const int MaximumLength = 63;

    /// <summary>True for what can be a key. One that differs in case only is none.</summary>
    public static bool IsKey(string text) =>
        text.Length is > 0 and <= MaximumLength && char.IsAsciiLetterLower(text[0])
        && text.AsSpan(1).IndexOfAnyExcept(Allowed) < 0;

    private static readonly System.Buffers.SearchValues<char> Allowed = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");
}
