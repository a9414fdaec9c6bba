using System.Buffers;
using System.Text;

namespace ContactPlatform.Contacts.Imports;

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

    /// <summary>
    /// Puts an apostrophe before what a spreadsheet would run as a formula. A sign before nothing but digits and their
    /// separators is a number or a phone, and stays.
    /// </summary>
    private static string Harmless(string field) => field.Length > 0
        && (field[0] is '=' or '@' or '\t' or '\r' or '\n' || (field[0] is '+' or '-' && field.AsSpan(1).ContainsAnyExcept(NumberLike)))
            ? "'" + field : field;
}
