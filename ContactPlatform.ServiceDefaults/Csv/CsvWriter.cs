using System.Buffers;
using System.Text;

namespace ContactPlatform.ServiceDefaults.Csv;

/// <summary>Writes CSV (RFC 4180, CRLF) that a spreadsheet may open without harm.</summary>
public static class CsvWriter
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");
    private static readonly SearchValues<char> NumberLike = SearchValues.Create("0123456789 ().-/");

    /// <summary>Adds one record.</summary>
    public static void Append(StringBuilder csv, IEnumerable<string> fields)
    {
        var first = true;
        foreach (var field in fields)
        {
            if (!first)
            {
                csv.Append(',');
            }
            first = false;
            var value = Harmless(field);
            if (value.AsSpan().ContainsAny(Quoted))
            {
                csv.Append('"').Append(value.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            }
            else
            {
                csv.Append(value);
            }
        }
        csv.Append("\r\n");
    }

    /// <summary>Takes away the apostrophe that <see cref="Append"/> put before a formula.</summary>
    public static string Original(string cell) => cell.Length > 1 && cell[0] == '\'' && IsRisky(cell.AsSpan().TrimStart('\'')) ? cell[1..] : cell;

    /// <summary>
    /// Puts an apostrophe before what a spreadsheet would run as a formula, and before what looks as if it had got one, so
    /// that each can be told from the other.
    /// </summary>
    private static string Harmless(string field) => IsRisky(field.AsSpan().TrimStart('\'')) ? "'" + field : field;

    /// <summary>A sign before nothing but digits and their separators is a number or a phone, and no formula.</summary>
    private static bool IsRisky(ReadOnlySpan<char> text) => text.Length > 0
        && (text[0] is '=' or '@' or '\t' or '\r' or '\n' || (text[0] is '+' or '-' && text[1..].ContainsAnyExcept(NumberLike)));
}
