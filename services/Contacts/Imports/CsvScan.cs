namespace ContactPlatform.Contacts.Imports;

/// <summary>Finds quotes and line breaks in CSV.</summary>
internal static class CsvScan
{
    /// <summary>Position behind the line break at a position, or at the end of the text; null when more must be read to tell.</summary>
    /// <param name="span">What has been read.</param>
    /// <param name="position">Of the line break, or the end of what has been read.</param>
    /// <param name="ended">Whether nothing follows what has been read.</param>
    public static int? BehindBreak(ReadOnlySpan<char> span, int position, bool ended) =>
        position == span.Length ? ended ? span.Length : null
        : span[position] == '\n' ? position + 1
        : position + 1 < span.Length ? position + (span[position + 1] == '\n' ? 2 : 1)
        : ended ? span.Length : null;

    /// <summary>Position of the quote that closes a field; -1 when there is none yet.</summary>
    /// <param name="span">What has been read.</param>
    /// <param name="from">Behind the opening quote.</param>
    /// <param name="doubled">Whether quotes within the field are doubled.</param>
    public static int FindClosing(ReadOnlySpan<char> span, int from, out bool doubled)
    {
        doubled = false;
        while (true)
        {
            var found = span[from..].IndexOf('"');
            if (found < 0)
            {
                return -1;
            }
            var quote = from + found;
            if (quote + 1 == span.Length || span[quote + 1] != '"')
            {
                return quote;
            }
            doubled = true;
            from = quote + 2;
        }
    }

    /// <summary>Line breaks within a field.</summary>
    public static int CountBreaks(ReadOnlySpan<char> value)
    {
        var count = 0;
        for (var at = value.IndexOfAny('\r', '\n'); at >= 0; at = value.IndexOfAny('\r', '\n'))
        {
            count++;
            value = value[(value[at..].StartsWith("\r\n") ? at + 2 : at + 1)..];
        }
        return count;
    }
}
