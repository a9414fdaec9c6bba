namespace ContactPlatform.ServiceDefaults.Mime;

/// <summary>A Content-Type field (RFC 2045 5.1): media type in lower case, and the parameters that are asked for.</summary>
/// <param name="MediaType">Such as `multipart/report`; `text/plain` when the field is missing or malformed.</param>
/// <param name="Boundary">The parameter of that name; empty when there is none.</param>
/// <param name="ReportType">The parameter of that name in lower case; empty when there is none.</param>
/// <param name="Charset">The parameter of that name in lower case; empty when there is none.</param>
public sealed record ContentType(string MediaType, string Boundary, string ReportType, string Charset)
{
    /// <summary>Reads a field's value.</summary>
    public static ContentType Read(string value)
    {
        var parts = Split(value);
        var media = parts.Count > 0 && parts[0].Count(c => c == '/') == 1 ? parts[0].ToLowerInvariant() : "text/plain";
        string Parameter(string name) => parts.Skip(1).Select(p => p.Split('=', 2))
            .FirstOrDefault(p => p.Length == 2 && p[0].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))?[1].Trim() ?? "";
        // RFC 2046 5.1.1: 1 to 70 characters.
        return new(media, Parameter("boundary") is { Length: <= 70 } boundary ? boundary : "", Parameter("report-type").ToLowerInvariant(), Parameter("charset").ToLowerInvariant());
    }

    /// <summary>Parts between semicolons that stand in no quotes, without the quotes, and without comments.</summary>
    private static List<string> Split(string value)
    {
        var parts = new List<string>();
        var (part, quoted, comment) = (new System.Text.StringBuilder(), false, 0);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c == '\\' && (quoted || comment > 0) && i + 1 < value.Length)
            {
                i++;
                part.Append(comment == 0 ? value[i].ToString() : "");
            }
            else if (c == '"' && comment == 0)
            {
                quoted = !quoted;
            }
            else if (!quoted && c is '(' or ')')
            {
                comment = Math.Max(0, comment + (c == '(' ? 1 : -1));
            }
            else if (c == ';' && !quoted && comment == 0)
            {
                parts.Add(part.ToString().Trim());
                part.Clear();
            }
            else if (comment == 0)
            {
                part.Append(c);
            }
        }
        parts.Add(part.ToString().Trim());
        return parts;
    }
}
