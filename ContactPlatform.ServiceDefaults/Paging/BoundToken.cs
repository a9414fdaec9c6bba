using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.ServiceDefaults.Paging;

/// <summary>
/// Tokens with which a caller goes on where an answer ended: numbers, bound to the request's other arguments, so that a
/// token cannot be used for another question.
/// </summary>
public static class BoundToken
{
    private const int MaximumLength = 100;

    /// <summary>What stands for a request's arguments in its tokens.</summary>
    /// <param name="arguments">With the name of the method first: numbers, texts, enums, and lists of them.</param>
    public static string Binding(params object[] arguments) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(arguments))))[..12];

    /// <summary>Writes a token.</summary>
    public static string Write(string binding, params ReadOnlySpan<long> place)
    {
        var text = new StringBuilder(binding);
        foreach (var number in place)
        {
            text.Append(CultureInfo.InvariantCulture, $".{number}");
        }
        return Base64Url.EncodeToString(Encoding.ASCII.GetBytes(text.ToString()));
    }

    /// <summary>Reads a token.</summary>
    /// <param name="token">As sent, not empty.</param>
    /// <param name="binding">Of the request it came with.</param>
    /// <param name="count">How many numbers it holds.</param>
    /// <param name="field">Name of its field.</param>
    /// <exception cref="RefusalException">PAGE_TOKEN_INVALID.</exception>
    public static long[] Read(string token, string binding, int count, string field)
    {
        if (token.Length <= MaximumLength && Base64Url.IsValid(token)
            && Encoding.ASCII.GetString(Base64Url.DecodeFromChars(token)).Split('.') is [var bound, .. var parts] && bound == binding && parts.Length == count)
        {
            var place = Array.ConvertAll(parts, p => long.TryParse(p, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0);
            // Written again it is the same, so each place has one token.
            if (Write(binding, place) == token)
            {
                return place;
            }
        }
        throw new RefusalException(new Refusal(CommonReasons.PageTokenInvalid, $"{field} was not issued for these arguments; start again without it").With("field", field));
    }
}
