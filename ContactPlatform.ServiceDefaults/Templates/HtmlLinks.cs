namespace ContactPlatform.ServiceDefaults.Templates;

/// <summary>Where the address of a link stands in HTML.</summary>
/// <param name="Start">Its first character, behind the quote.</param>
/// <param name="Length">Its characters.</param>
/// <param name="Quoted">False for an address without quotes.</param>
public readonly record struct HtmlLink(int Start, int Length, bool Quoted);

/// <summary>
/// Finds the addresses of links in HTML, in one pass over it: the first `href` of each `a` and `area` outside comments, where
/// the HTML standard's tokenizer would find it.
/// </summary>
public static class HtmlLinks
{
    /// <summary>Finds them, in order.</summary>
    public static IEnumerable<HtmlLink> Find(string html)
    {
        for (var i = html.IndexOf('<'); i >= 0 && i + 1 < html.Length; i = html.IndexOf('<', i))
        {
            if (string.CompareOrdinal(html, i, "<!--", 0, 4) == 0)
            {
                var end = html.IndexOf("-->", i + 4, StringComparison.Ordinal);
                if (end < 0)
                {
                    yield break;
                }
                i = end;
            }
            else if (char.IsAsciiLetter(html[i + 1]) || html[i + 1] == '/')
            {
                var name = i + 1;
                i = Until(html, name, IsNameEnd);
                var link = html.AsSpan(name, i - name) is var tag && (tag.Equals("a", StringComparison.OrdinalIgnoreCase) || tag.Equals("area", StringComparison.OrdinalIgnoreCase));
                HtmlLink? found = null;
                while (ReadAttribute(html, ref i) is { } attribute)
                {
                    found ??= link && attribute.IsHref ? attribute.Value : null;
                }
                if (found is { } address)
                {
                    yield return address;
                }
            }
            else
            {
                // A `<` that opens nothing.
                i++;
            }
        }
    }

    /// <summary>Reads the next attribute of a tag; null at the tag's end.</summary>
    private static (bool IsHref, HtmlLink Value)? ReadAttribute(string html, ref int i)
    {
        i = Until(html, i, c => !char.IsWhiteSpace(c) && c != '/');
        if (i >= html.Length || html[i] == '>')
        {
            return null;
        }
        var name = i;
        // A name may begin with an equals sign, but ends before any other.
        i = Until(html, i + 1, c => c == '=' || IsNameEnd(c));
        var href = html.AsSpan(name, i - name).Equals("href", StringComparison.OrdinalIgnoreCase);
        var equals = Until(html, i, c => !char.IsWhiteSpace(c));
        if (equals >= html.Length || html[equals] != '=')
        {
            return (false, default);
        }
        var value = Until(html, equals + 1, c => !char.IsWhiteSpace(c));
        var quote = value < html.Length && html[value] is '"' or '\'' ? html[value] : (char?)null;
        var end = quote is null ? Until(html, value, c => char.IsWhiteSpace(c) || c == '>') : Until(html, value + 1, c => c == quote);
        i = quote is null ? end : Math.Min(end + 1, html.Length);
        // A quote that never closes takes the rest of the text with it, as in a browser.
        return (href && end < html.Length, new(value + (quote is null ? 0 : 1), end - value - (quote is null ? 0 : 1), quote is not null));
    }

    private static bool IsNameEnd(char c) => char.IsWhiteSpace(c) || c is '/' or '>';

    private static int Until(string html, int i, Func<char, bool> condition)
    {
        while (i < html.Length && !condition(html[i]))
        {
            i++;
        }
        return i;
    }
}
