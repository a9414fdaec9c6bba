using System.Globalization;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.ServiceDefaults.Paging;

/// <summary>Versions as callers see them.</summary>
public static class Etag
{
    /// <summary>Makes an etag of a row's version.</summary>
    public static string Of(long version) => version.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Refuses when the caller read another version than the current; an empty etag always passes.</summary>
    public static Refusal? Check(string etag, long version) =>
        etag.Length == 0 || etag == Of(version) ? null
            : new Refusal(CommonReasons.EtagMismatch, "the record changed since it was read; read it again").With("etag", etag).With("current_etag", Of(version));
}
