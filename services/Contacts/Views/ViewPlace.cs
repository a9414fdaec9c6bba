using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ContactPlatform.Contacts.Columns;
using ContactPlatform.Contacts.Filters;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Views;

/// <summary>A row of a view, behind which the next page begins: the value that it was sorted by, and its contact.</summary>
/// <param name="ContactId">The contact; 0 before the first row.</param>
/// <param name="Value">string, decimal, DateOnly or DateTime; null for a contact without a value, or for no row.</param>
public sealed record ViewPlace(long ContactId, object? Value)
{
    private const int MaximumToken = 4000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Before the first row.</summary>
    public static readonly ViewPlace Start = new(0, null);

    /// <summary>Reads a token.</summary>
    /// <param name="token">As sent; empty for the first page.</param>
    /// <param name="binding">What it has to be bound to.</param>
    /// <param name="type">Of the values.</param>
    /// <exception cref="RefusalException">PAGE_TOKEN_INVALID.</exception>
    public static ViewPlace Read(string token, string binding, FilterType type)
    {
        if (token.Length == 0)
        {
            return Start;
        }
        if (token.Length <= MaximumToken && Base64Url.IsValid(token) && Text(token)?.Split('.', 3) is [var bound, var id, .. var value] && bound == binding
            && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var contactId)
            && new ViewPlace(contactId, value.Length == 0 ? null : Parse(value[0], type)) is var place && place.ToToken(binding) == token)
        {
            return place;
        }
        throw new RefusalException(new Refusal(CommonReasons.PageTokenInvalid, "page_token was not issued for this view as it is now; start again without it").With("field", "page_token"));
    }

    /// <summary>Writes the token of the page behind this row.</summary>
    public string ToToken(string binding) => Base64Url.EncodeToString(Strict.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{binding}.{ContactId}{(Value is null ? "" : $".{ColumnText.Of(Value)}")}")));

    private static string? Text(string token)
    {
        try
        {
            return Strict.GetString(Base64Url.DecodeFromChars(token)) is var text && !text.Contains('\0', StringComparison.Ordinal) ? text : null;
        }
        catch (DecoderFallbackException)
        {
            // No token of ours.
            return null;
        }
    }

    private static object? Parse(string text, FilterType type) => type switch
    {
        FilterType.Number => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : null,
        FilterType.Date => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null,
        FilterType.Time => DateTime.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null,
        _ => text,
    };
}
