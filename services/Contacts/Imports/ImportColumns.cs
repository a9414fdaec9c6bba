using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Errors;
using CustomField = ContactPlatform.Contacts.CustomFields.CustomField;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Which column of a file feeds which field, found in the file's header.</summary>
public sealed class ImportColumns
{
    /// <summary>Columns in a file.</summary>
    public const int Maximum = 1000;

    private static readonly Dictionary<string, ImportField> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["email"] = ImportField.Email,
        ["phone"] = ImportField.Phone,
        ["given_name"] = ImportField.GivenName,
        ["family_name"] = ImportField.FamilyName,
        ["time_zone"] = ImportField.TimeZone,
        ["source"] = ImportField.Source,
        ["subscribed_time"] = ImportField.SubscribedTime,
        ["owner"] = ImportField.Owner,
        ["labels"] = ImportField.Labels,
        ["stage"] = ImportField.Stage,
    };

    private ImportColumns(IReadOnlyList<string> header, IReadOnlyList<(int Index, ImportField Field)> fed, IReadOnlyList<(int Index, CustomField Field)> custom) =>
        (Header, Fed, Custom) = (header, fed, custom);

    /// <summary>The header's cells, without surrounding blanks.</summary>
    public IReadOnlyList<string> Header { get; }

    /// <summary>The columns that feed a field which every contact has.</summary>
    public IReadOnlyList<(int Index, ImportField Field)> Fed { get; }

    /// <summary>The columns that feed a custom field.</summary>
    public IReadOnlyList<(int Index, CustomField Field)> Custom { get; }

    /// <summary>Ties a header to the fields, as the config says or by name.</summary>
    /// <param name="config">How to import.</param>
    /// <param name="cells">The header's cells.</param>
    /// <param name="line">The header's line.</param>
    /// <param name="fields">The account's custom fields.</param>
    /// <exception cref="CsvFileException">The header itself is unusable, or no column feeds email or phone.</exception>
    /// <exception cref="RefusalException">INVALID_FIELD: the config names columns that the file lacks, or custom fields that the account lacks.</exception>
    public static ImportColumns Find(ImportConfig config, IReadOnlyList<string> cells, long line, IReadOnlyList<CustomField> fields)
    {
        var header = ReadHeader(cells, line);
        var (fed, custom) = config.Columns.Count == 0 ? ByTheirNames(header, fields) : AsConfigured(config, header, fields);
        if (config.Mode == ImportMode.Unsubscribe)
        {
            fed.RemoveAll(f => !IsAddress(f.Field));
            custom.Clear();
        }
        return fed.Exists(f => IsAddress(f.Field))
            ? new ImportColumns(header, fed, custom)
            : throw new CsvFileException($"has no column for email or phone; its columns are {Shown(header)}", line);
    }

    /// <summary>Checks a header.</summary>
    /// <returns>Its cells, without surrounding blanks.</returns>
    /// <exception cref="CsvFileException">It is unusable.</exception>
    public static List<string> ReadHeader(IReadOnlyList<string> cells, long line)
    {
        var header = cells.Select(c => c.Trim()).ToList();
        if (header.Count > Maximum)
        {
            throw new CsvFileException($"has {header.Count} columns; at most {Maximum} are read", line);
        }
        if (header.Find(c => c.AsSpan().ContainsAny('\0', CsvText.BadByteMark)) is { } unreadable)
        {
            throw new CsvFileException($"has a header that cannot be read as text ({(unreadable.Contains(CsvText.BadByteMark, StringComparison.Ordinal) ? CsvText.DescribeBadBytes(unreadable) : "the byte 0")}); name its encoding", line);
        }
        if (header.Where(c => c.Length > 0).GroupBy(c => c, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new CsvFileException($"has the column \"{Shown(twice.Key)}\" more than once", line);
        }
        return header;
    }

    private static (List<(int Index, ImportField Field)> Fed, List<(int Index, CustomField Field)> Custom) ByTheirNames(List<string> header, IReadOnlyList<CustomField> fields)
    {
        var byKey = fields.ToDictionary(f => f.FieldKey, StringComparer.OrdinalIgnoreCase);
        return ([.. header.Select((name, index) => (index, ByName.GetValueOrDefault(name))).Where(f => f.Item2 != ImportField.Unspecified)],
            [.. header.Index().Where(h => byKey.ContainsKey(h.Item)).Select(h => (h.Index, byKey[h.Item]))]);
    }

    private static (List<(int Index, ImportField Field)> Fed, List<(int Index, CustomField Field)> Custom) AsConfigured(ImportConfig config, List<string> header, IReadOnlyList<CustomField> fields)
    {
        var violations = new Violations();
        var (fed, custom) = (new List<(int, ImportField)>(), new List<(int, CustomField)>());
        foreach (var (position, column) in config.Columns.Index())
        {
            var index = header.FindIndex(h => h.Equals(column.Header, StringComparison.OrdinalIgnoreCase));
            violations.Check(index >= 0, $"start.config.columns[{position}].header", $"is \"{column.Header}\", which the file lacks; its columns are {Shown(header)}");
            if (column.Field == ImportField.Custom)
            {
                if (fields.FirstOrDefault(f => f.FieldKey == column.CustomFieldKey) is { } field)
                {
                    custom.Add((index, field));
                }
                else
                {
                    violations.Add($"start.config.columns[{position}].custom_field_key", $"is {column.CustomFieldKey}; the account has no such custom field");
                }
            }
            else if (column.Field != ImportField.Ignore)
            {
                fed.Add((index, column.Field));
            }
        }
        violations.ThrowIfAny();
        return (fed, custom);
    }

    private static bool IsAddress(ImportField field) => field is ImportField.Email or ImportField.Phone;

    /// <summary>The columns; where there is but one, which another delimiter would part, with a word on that.</summary>
    private static string Shown(List<string> header) =>
        Shown(string.Join(", ", header)) + (header.Count == 1 && header[0].AsSpan().ContainsAny(",;\t|") ? "; if another delimiter parts them, name it" : "");

    private static string Shown(string text) => text.Length <= 300 ? text : text[..300] + "…";
}
