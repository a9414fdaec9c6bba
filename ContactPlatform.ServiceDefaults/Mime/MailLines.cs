namespace ContactPlatform.ServiceDefaults.Mime;

/// <summary>Walks the lines of a message; they end with CR LF, or with LF alone as mail stored on disks does.</summary>
internal static class MailLines
{
    /// <summary>One line, without its end.</summary>
    internal readonly record struct Line(int Start, int End)
    {
        internal bool IsEmpty => Start == End;
    }

    /// <summary>The line that begins at a place, which moves behind it.</summary>
    internal static Line Next(ReadOnlySpan<byte> text, ref int at)
    {
        var start = at;
        var feed = text[at..].IndexOf((byte)'\n');
        var end = feed < 0 ? text.Length : at + feed;
        at = feed < 0 ? text.Length : end + 1;
        return new(start, end > start && text[end - 1] == '\r' ? end - 1 : end);
    }
}
