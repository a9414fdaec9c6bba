using System.Globalization;

namespace ContactPlatform.ServiceDefaults.Mime;

/// <summary>Reads dates of mail (RFC 5322 3.3), also with a zone's name or a comment behind them.</summary>
public static class MailDate
{
    private static readonly string[] Formats = ["d MMM yyyy H:m:s zzz", "d MMM yyyy H:m zzz"];

    /// <summary>The time in UTC; null when the text is no date.</summary>
    public static DateTime? Read(string text)
    {
        var comment = text.IndexOf('(', StringComparison.Ordinal);
        var date = (comment < 0 ? text : text[..comment]).Trim();
        var comma = date.IndexOf(',', StringComparison.Ordinal);
        date = comma < 0 ? date : date[(comma + 1)..].Trim();
        foreach (var zone in (ReadOnlySpan<string>)["GMT", "UTC", "UT", "Z"])
        {
            if (date.EndsWith(" " + zone, StringComparison.OrdinalIgnoreCase))
            {
                date = date[..^zone.Length] + "+00:00";
                break;
            }
        }
        if (date.Length > 5 && date[^5] is '+' or '-' && date.AsSpan(date.Length - 4).IndexOfAnyExceptInRange('0', '9') < 0)
        {
            date = date.Insert(date.Length - 2, ":");
        }
        return DateTimeOffset.TryParseExact(date, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out var time) ? time.UtcDateTime : null;
    }
}
