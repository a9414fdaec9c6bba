using System.Text;

namespace ContactPlatform.ServiceDefaults.Mime;

/// <summary>
/// A block of fields (RFC 5322 2.2): names with values, unfolded. Lines that are no field are passed over, as mail programs
/// do; bytes that are no UTF-8 become replacement characters, control characters blanks.
/// </summary>
public sealed class MailFields
{
    private readonly List<(string Name, string Value)> fields = [];

    /// <summary>Number of fields.</summary>
    public int Count => fields.Count;

    /// <summary>The value of the first field of a name, trimmed; empty when there is none.</summary>
    public string this[string name] => fields.Find(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value ?? "";

    /// <summary>The values of all fields of a name, in order.</summary>
    public IEnumerable<string> All(string name) => fields.Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(f => f.Value);

    /// <summary>Makes fields of what somebody else has read: names that no field has are passed over, control characters become blanks.</summary>
    public static MailFields Of(IEnumerable<(string Name, string Value)> fields)
    {
        var made = new MailFields();
        made.fields.AddRange(fields.Where(f => f.Name.Length is > 0 and <= 100 && IsName(Encoding.UTF8.GetBytes(f.Name))).Take(MailLimits.Fields)
            .Select(f => (f.Name, Value(Encoding.UTF8.GetBytes(f.Value)))));
        return made;
    }

    /// <summary>Reads fields up to the first empty line.</summary>
    /// <param name="text">What begins with the fields.</param>
    /// <param name="read">The fields; those up to the limit when the answer is false.</param>
    /// <param name="rest">Where what follows the empty line begins.</param>
    /// <returns>False when the block is larger than allowed.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, out MailFields read, out int rest)
    {
        (read, rest) = (new(), 0);
        var (start, end) = (-1, 0);
        while (rest < text.Length)
        {
            var line = MailLines.Next(text, ref rest);
            if (line.IsEmpty)
            {
                break;
            }
            if (rest > MailLimits.Header)
            {
                return false;
            }
            if (text[line.Start] is not ((byte)' ' or (byte)'\t'))
            {
                if (!read.Add(text, start, end))
                {
                    return false;
                }
                start = line.Start;
            }
            end = line.End;
        }
        return read.Add(text, start, end);
    }

    private bool Add(ReadOnlySpan<byte> text, int start, int end)
    {
        if (start < 0)
        {
            return true;
        }
        var field = text[start..end];
        var colon = field.IndexOf((byte)':');
        if (colon is > 0 and <= 100 && IsName(field[..colon].TrimEnd(" \t"u8)))
        {
            if (fields.Count == MailLimits.Fields)
            {
                return false;
            }
            fields.Add((Encoding.ASCII.GetString(field[..colon].TrimEnd(" \t"u8)), Value(field[(colon + 1)..])));
        }
        return true;
    }

    private static bool IsName(ReadOnlySpan<byte> name) => !name.IsEmpty && name.IndexOfAnyExceptInRange((byte)33, (byte)126) < 0;

    private static string Value(ReadOnlySpan<byte> raw)
    {
        // A folded line begins with a blank, so its end alone goes.
        var text = Encoding.UTF8.GetString(raw[..Math.Min(raw.Length, MailLimits.Field)]);
        return string.Concat(text.Where(c => c is not ('\r' or '\n')).Select(c => char.IsControl(c) ? ' ' : c)).Trim();
    }
}
