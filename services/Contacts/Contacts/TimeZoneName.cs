namespace ContactPlatform.Contacts.Contacts;

/// <summary>Checks time zones by their IANA names, such as `Asia/Jakarta`.</summary>
public static class TimeZoneName
{
    /// <summary>Characters in a name; the longest of the time zone database has 32.</summary>
    public const int MaximumLength = 64;

    /// <summary>Reads a name; empty stays empty, which means unknown.</summary>
    /// <param name="text">As a person wrote it.</param>
    /// <param name="timeZone">The name as given, without surrounding blanks; empty when the answer is not null.</param>
    /// <returns>The problem and what is expected, to follow a field's name; null when the name is good.</returns>
    public static string? TryNormalise(string text, out string timeZone)
    {
        timeZone = "";
        var trimmed = text.Trim();
        if (trimmed.Length == 0)
        {
            return null;
        }
        // The characters are checked first: the library reads a file of this name.
        if (trimmed.Length > MaximumLength || !char.IsAsciiLetter(trimmed[0]) || !trimmed.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+')
            || !TimeZoneInfo.TryFindSystemTimeZoneById(trimmed, out _))
        {
            return "is no IANA time zone name; expected one such as Asia/Jakarta";
        }
        timeZone = trimmed;
        return null;
    }
}
