using System.Globalization;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Contacts;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Reads values of a file that no other part of Contacts knows how to read.</summary>
public static class ImportValues
{
    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
        "yyyy-MM-dd HH:mm:ss'Z'", "yyyy-MM-dd HH:mm:sszzz",
    ];

    /// <summary>Reads a stage by its name, without case: `LOYAL_CUSTOMER`, `Loyal Customer`.</summary>
    public static FunnelStage? ReadStage(string text) => text.Replace(' ', '_').Replace('-', '_').ToUpperInvariant() switch
    {
        "AWARE" => FunnelStage.Aware,
        "ENGAGED" => FunnelStage.Engaged,
        "CUSTOMER" => FunnelStage.Customer,
        "LOYAL_CUSTOMER" => FunnelStage.LoyalCustomer,
        "PROMOTER" => FunnelStage.Promoter,
        _ => null,
    };

    /// <summary>Reads RFC 3339, or a date as midnight UTC; null when it is neither.</summary>
    public static DateTime? ReadTime(string text) =>
        DateTimeOffset.TryParseExact(text.ToUpperInvariant(), TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? Clock.Truncate(time.UtcDateTime) : null;

    /// <summary>Reads a text of one line: a line break or a tab within it becomes a blank.</summary>
    public static string Text(string text, out string? problem)
    {
        problem = text.Length > ContactLimits.Text ? $"has {text.Length} characters; at most {ContactLimits.Text} are allowed" : null;
        if (problem is null && text.Any(char.IsControl))
        {
            text = text.ReplaceLineEndings(" ").Replace('\t', ' ');
            problem = text.Any(char.IsControl) ? "contains a control character; only printable text is allowed" : null;
        }
        return text;
    }
}
