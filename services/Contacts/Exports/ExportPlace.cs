using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;

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
        var binding = BoundToken.Binding(arguments);
        if (token.Length == 0)
        {
            return new(0, 0, false, binding);
        }
        var place = BoundToken.Read(token, binding, count: 2, "resume_token");
        return new(place[0], place[1], true, binding);
    }

    /// <summary>Writes the token of this place.</summary>
    public string ToToken() => BoundToken.Write(Binding, After, Rows);
}
