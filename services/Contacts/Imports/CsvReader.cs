using System.Buffers;

namespace ContactPlatform.Contacts.Imports;

/// <summary>
/// Reads CSV (RFC 4180) record by record in bounded memory; lines end with CRLF, LF or CR. A malformed record costs its
/// first line only: reading goes on at the next line, so that one forgotten quote does not swallow the rest of a file.
/// </summary>
public sealed class CsvReader
{
    /// <summary>Characters in a record, its line breaks included.</summary>
    public const int MaximumRecord = 1 << 20;

    private const int InitialBuffer = 64 << 10;

    private readonly CsvText text;
    private readonly char delimiter;
    private readonly SearchValues<char> stops;
    private readonly List<(int Start, int Length, bool Doubled)> fields = [];
    private char[] buffer = new char[InitialBuffer];
    private int start;
    private int end;
    private bool ended;
    private int rawLength;
    private long nextLine = 1;

    /// <summary>Reads a text.</summary>
    public CsvReader(CsvText text, char delimiter)
    {
        (this.text, this.delimiter) = (text, delimiter);
        stops = SearchValues.Create([delimiter, '"', '\r', '\n']);
    }

    /// <summary>Line on which the record begins, counted from 1.</summary>
    public long Line { get; private set; }

    /// <summary>What is wrong with the record's form.</summary>
    public CsvFlaw Flaw { get; private set; }

    /// <summary>Number of fields; 0 when the form is wrong.</summary>
    public int Count => fields.Count;

    /// <summary>The record as it stands in the file, without its line end; of a record that is too long, its beginning.</summary>
    public ReadOnlySpan<char> Raw => buffer.AsSpan(rawStart, rawLength);

    private int rawStart;

    /// <summary>A field's value, without its quotes.</summary>
    public string Field(int index)
    {
        var (fieldStart, length, doubled) = fields[index];
        var value = new string(buffer, fieldStart, length);
        return doubled ? value.Replace("\"\"", "\"", StringComparison.Ordinal) : value;
    }

    /// <summary>Reads the next record; empty lines are passed over. False at the end of the text.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (start < end || ended)
            {
                if (start == end)
                {
                    return false;
                }
                if (Parse() is { } next)
                {
                    var empty = Flaw == CsvFlaw.None && rawLength == 0;
                    start = next;
                    if (!empty)
                    {
                        return true;
                    }
                    continue;
                }
                if (end - start > MaximumRecord)
                {
                    await OverflowAsync(cancellationToken);
                    return true;
                }
            }
            await FillAsync(cancellationToken);
        }
    }

    /// <summary>Reads the record at <see cref="start"/>; null when it goes on behind the buffer's end.</summary>
    /// <returns>Where the next record begins.</returns>
    private int? Parse()
    {
        fields.Clear();
        var span = buffer.AsSpan(0, end);
        var position = start;
        var breaks = 0;
        while (true)
        {
            int fieldEnd;
            if (position < end && span[position] == '"')
            {
                var close = CsvScan.FindClosing(span, position + 1, out var doubled);
                if (close < 0)
                {
                    return ended ? Malformed(CsvFlaw.UnclosedQuote) : null;
                }
                fields.Add((position + 1, close - position - 1, doubled));
                breaks += CsvScan.CountBreaks(span[(position + 1)..close]);
                fieldEnd = close + 1;
                if (fieldEnd == end && !ended)
                {
                    // Another quote may follow, which would make it two.
                    return null;
                }
                if (fieldEnd < end && span[fieldEnd] != delimiter && span[fieldEnd] is not ('\r' or '\n'))
                {
                    return Malformed(CsvFlaw.StrayQuote);
                }
            }
            else
            {
                var length = span[position..].IndexOfAny(stops);
                if (length < 0 && !ended)
                {
                    return null;
                }
                fieldEnd = length < 0 ? end : position + length;
                if (fieldEnd < end && span[fieldEnd] == '"')
                {
                    return Malformed(CsvFlaw.StrayQuote);
                }
                fields.Add((position, fieldEnd - position, false));
            }
            if (fieldEnd < end && span[fieldEnd] == delimiter)
            {
                position = fieldEnd + 1;
                continue;
            }
            if (CsvScan.BehindBreak(span, fieldEnd, ended) is not { } next)
            {
                return null;
            }
            Take(CsvFlaw.None, fieldEnd - start, breaks + 1);
            return next;
        }
    }

    /// <summary>Refuses the first line of the record at hand.</summary>
    private int? Malformed(CsvFlaw flaw)
    {
        var span = buffer.AsSpan(0, end);
        var length = span[start..].IndexOfAny('\r', '\n');
        var lineEnd = length < 0 ? end : start + length;
        if ((length < 0 && !ended) || CsvScan.BehindBreak(span, lineEnd, ended) is not { } next)
        {
            return null;
        }
        fields.Clear();
        Take(flaw, lineEnd - start, 1);
        return next;
    }

    /// <summary>Deals with a record that does not fit: its first line is refused, and read past when even that does not fit.</summary>
    private async ValueTask OverflowAsync(CancellationToken cancellationToken)
    {
        if (buffer.AsSpan(start, end - start - 1).IndexOfAny('\r', '\n') >= 0)
        {
            start = Malformed(CsvFlaw.UnclosedQuote)!.Value;
            return;
        }
        fields.Clear();
        Take(CsvFlaw.TooLong, MaximumRecord, 1);
        // The beginning stays where Raw shows it; what follows is read over the rest of the buffer until the line ends.
        var keep = start + MaximumRecord;
        var position = keep;
        while (true)
        {
            var found = buffer.AsSpan(position, end - position).IndexOfAny('\r', '\n');
            var lineEnd = found < 0 ? end : position + found;
            if (found >= 0 && CsvScan.BehindBreak(buffer.AsSpan(0, end), lineEnd, ended) is { } next)
            {
                start = next;
                return;
            }
            if (ended)
            {
                start = end;
                return;
            }
            // A CR at the very end is kept: an LF may follow.
            var kept = end - lineEnd;
            buffer.AsSpan(lineEnd, kept).CopyTo(buffer.AsSpan(keep));
            position = keep;
            end = keep + kept;
            if (buffer.Length - end < InitialBuffer)
            {
                Array.Resize(ref buffer, end + InitialBuffer);
            }
            await ReadMoreAsync(cancellationToken);
        }
    }

    private void Take(CsvFlaw flaw, int length, int lines)
    {
        (Flaw, Line, rawStart, rawLength) = (flaw, nextLine, start, length);
        nextLine += lines;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }
        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaximumRecord + InitialBuffer));
        }
        await ReadMoreAsync(cancellationToken);
    }

    private async ValueTask ReadMoreAsync(CancellationToken cancellationToken)
    {
        var read = await text.ReadAsync(buffer.AsMemory(end), cancellationToken);
        end += read;
        ended = read == 0;
    }
}
