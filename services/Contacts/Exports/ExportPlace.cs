using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Exports;

/// <summary>A place in a file, bound to what the file is to hold, so that no token continues another file.</summary>
/// <param name="After">The last contact that is written; 0 before the first.</param>
/// <param name="Rows">Rows that are written.</param>
/// <param name="HasHeader">Whether the header is written.</param>
/// <param name="Binding">Of the request's arguments.</param>
public sealed record ExportPlace(long After, long Rows, bool HasHeader, string Binding)
{
    /// <summary>Reads a token; the beginning of the file when it is empty.</summary>
    /// <param name="token">As sent.</param>
    /// <param name="arguments">The request's other arguments.</param>
    /// <exception cref="RefusalException">PAGE_TOKEN_INVALID.</exception>
    public static ExportPlace Read(string token, params object[] arguments)
    {
        var binding = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(arguments))))[..12];
        if (token.Length == 0)
        {
            return new(0, 0, false, binding);
        }
        if (token.Length <= 100 && Base64Url.IsValid(token)
            && Encoding.ASCII.GetString(Base64Url.DecodeFromChars(token)).Split('.') is [var bound, var after, var rows] && bound == binding
            && long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var contact) && long.TryParse(rows, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return new(contact, count, true, binding);
        }
        throw new RefusalException(new Refusal(CommonReasons.PageTokenInvalid, "resume_token was not issued for these arguments; start again without it").With("field", "resume_token"));
    }

    /// <summary>Writes the token of this place.</summary>
    public string ToToken() => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{Binding}.{After}.{Rows}")));
}
