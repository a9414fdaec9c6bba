using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.ServiceDefaults.Paging;

/// <summary>
/// A page's size and where it starts: after the last key of the page before (keyset), bound to the request's other
/// arguments, so that a token cannot be used for another question.
/// </summary>
/// <param name="Size">Rows on the page.</param>
/// <param name="After">Key of the last row of the page before; null on the first page.</param>
public sealed record Page(int Size, long? After)
{
    /// <summary>Rows on a page when the caller names no size.</summary>
    public const int DefaultSize = 100;

    /// <summary>Most rows on a page.</summary>
    public const int MaximumSize = 1000;

    private readonly string binding = "";

    /// <summary>Reads page_size and page_token; problems go to the violations, a foreign token is refused at once.</summary>
    /// <param name="pageSize">As sent; 0 means the default.</param>
    /// <param name="pageToken">As sent; empty means the first page.</param>
    /// <param name="violations">Where problems go.</param>
    /// <param name="arguments">The request's other arguments, with the name of the method first: numbers, texts, enums, and lists of them.</param>
    /// <exception cref="RefusalException">PAGE_TOKEN_INVALID.</exception>
    public static Page Read(int pageSize, string pageToken, Violations violations, params object[] arguments)
    {
        violations.Check(pageSize is >= 0 and <= MaximumSize, "page_size", $"is {pageSize}; expected 0 to {MaximumSize}");
        var size = pageSize == 0 ? DefaultSize : Math.Clamp(pageSize, 1, MaximumSize);
        var binding = BoundToken.Binding(arguments);
        return new Page(size, pageToken.Length == 0 ? null : BoundToken.Read(pageToken, binding, count: 1, "page_token")[0], binding);
    }

    private Page(int size, long? after, string binding) : this(size, after) => this.binding = binding;

    /// <summary>Cuts one row more than a page down to the page, and makes the token for the next.</summary>
    /// <param name="rows">At most <see cref="Size"/> + 1 rows.</param>
    /// <param name="key">Key of a row.</param>
    public (IReadOnlyList<T> Rows, string NextPageToken) Cut<T>(IReadOnlyList<T> rows, Func<T, long> key) =>
        rows.Count <= Size ? (rows, "") : ([.. rows.Take(Size)], TokenAfter(key(rows[Size - 1])));

    /// <summary>Makes the token for a page that begins behind a row, where this one ends earlier than by its size.</summary>
    /// <param name="key">Key of the last row of this page.</param>
    public string TokenAfter(long key) => BoundToken.Write(binding, key);
}
