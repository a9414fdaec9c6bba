using System.Globalization;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.Labels;
using ContactPlatform.Contacts.V1;
using CustomField = ContactPlatform.Contacts.CustomFields.CustomField;
using CustomFieldType = ContactPlatform.Contacts.CustomFields.CustomFieldType;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Reads the values of a file's rows; finds everything that is wrong with a row, not the first thing only.</summary>
/// <param name="columns">The file's columns.</param>
/// <param name="labelSeparator">Between labels within a field.</param>
public sealed class ImportLineReader(ImportColumns columns, char labelSeparator)
{
    /// <summary>Characters of a refused row that are kept.</summary>
    public const int MaximumKept = 10_000;

    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
        "yyyy-MM-dd HH:mm:ss'Z'", "yyyy-MM-dd HH:mm:sszzz",
    ];

    private const int MaximumRemembered = 1000;

    private readonly Dictionary<string, string?> timeZoneProblems = [];
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> labelCells = [];
    private readonly Dictionary<(long FieldId, string Text), FieldValue> choiceCells = [];

    /// <summary>Reads the record at which a reader stands.</summary>
    public ImportLine Read(CsvReader csv, long number)
    {
        var line = new ImportLine { Number = number, Line = csv.Line, Raw = Kept(csv.Raw) };
        var problems = new List<LineProblem>();
        if (csv.Raw.Contains(CsvText.BadByteMark))
        {
            problems.Add(new(LineReasons.Encoding, HeaderOfBadBytes(csv), $"contains {CsvText.DescribeBadBytes(csv.Raw)}, which the file's encoding does not know"));
        }
        else if (csv.Flaw != CsvFlaw.None)
        {
            problems.Add(new(LineReasons.Malformed, "", csv.Flaw switch
            {
                CsvFlaw.StrayQuote => "has a quote where none may stand; a field with quotes is quoted itself, and its quotes are doubled",
                CsvFlaw.UnclosedQuote => "opens a quote that nothing closes",
                _ => $"has more than {CsvReader.MaximumRecord} characters",
            }));
        }
        else if (csv.Count != columns.Header.Count)
        {
            problems.Add(new(LineReasons.Malformed, "", $"has {csv.Count} fields; the header has {columns.Header.Count}"));
        }
        else
        {
            foreach (var (index, field) in columns.Fed)
            {
                if (Set(line, field, csv.Field(index)) is { } problem)
                {
                    problems.Add(new(LineReasons.InvalidField, columns.Header[index], problem));
                }
            }
            if (columns.Custom.Count > 0)
            {
                line.Custom = Custom(csv, problems);
            }
            if (line.Key.Length == 0 && !problems.Exists(p => IsAddress(p.Field)))
            {
                problems.Add(new(LineReasons.InvalidField, "", "has neither an email nor a phone; one of them is required"));
            }
        }
        if (problems.Count > 0)
        {
            line.Problems = problems;
        }
        return line;
    }

    /// <summary>Reads a stage by its name, without case: `LOYAL_CUSTOMER`, `Loyal Customer`.</summary>
    public static FunnelStage? ReadStage(string text) => text.Replace(' ', '_').Replace('-', '_').ToUpperInvariant() switch
    {
        "AWARE" => FunnelStage.Aware,
        "ENGAGED" => FunnelStage.Engaged,
        "CUSTOMER" => FunnelStage.Customer,
        "LOYAL_CUSTOMER" => FunnelStage.LoyalCustomer,
        "PROMOTER" => FunnelStage.Promoter,
        _ => null,
    };

    /// <summary>Reads RFC 3339, or a date as midnight UTC; null when it is neither.</summary>
    public static DateTime? ReadTime(string text) =>
        DateTimeOffset.TryParseExact(text.ToUpperInvariant(), TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? Clock.Truncate(time.UtcDateTime) : null;

    private string? Set(ImportLine line, ImportField field, string cell)
    {
        var text = cell.Trim();
        if (text.Length == 0)
        {
            return null;
        }
        string? problem = null;
        switch (field)
        {
            case ImportField.Email:
                problem = EmailAddress.TryNormalise(text, out var email);
                line.Email = email;
                return problem;
            case ImportField.Phone:
                problem = PhoneNumber.TryNormalise(text, out var phone);
                line.Phone = phone;
                return problem;
            case ImportField.GivenName:
                line.GivenName = Text(text, out problem);
                return problem;
            case ImportField.FamilyName:
                line.FamilyName = Text(text, out problem);
                return problem;
            case ImportField.Source:
                line.Source = Text(text, out problem);
                return problem;
            case ImportField.Owner:
                line.Owner = Text(text, out problem);
                return problem;
            case ImportField.TimeZone:
                line.TimeZone = text;
                return TimeZoneProblem(text);
            case ImportField.SubscribedTime:
                line.SubscribedTime = ReadTime(text);
                return line.SubscribedTime is null ? "is no time; expected one such as 2026-04-01T09:30:00Z, or a date such as 2026-04-01" : null;
            case ImportField.Stage:
                var stage = ReadStage(text);
                line.Stage = stage ?? FunnelStage.Unspecified;
                return stage is null ? "is no stage; expected AWARE, ENGAGED, CUSTOMER, LOYAL_CUSTOMER or PROMOTER" : null;
            case ImportField.Labels:
                line.Labels = Labels(text, out problem);
                return problem;
            default:
                throw new InvalidOperationException($"column feeds {field}");
        }
    }

    /// <summary>Reads a text of one line: a line break or a tab within it becomes a blank.</summary>
    private static string Text(string text, out string? problem)
    {
        problem = text.Length > ContactLimits.Text ? $"has {text.Length} characters; at most {ContactLimits.Text} are allowed" : null;
        if (problem is null && text.Any(char.IsControl))
        {
            text = text.ReplaceLineEndings(" ").Replace('\t', ' ');
            problem = text.Any(char.IsControl) ? "contains a control character; only printable text is allowed" : null;
        }
        return text;
    }

    /// <summary>Reads names of labels. The same few combinations come again and again, so they are remembered.</summary>
    private IReadOnlyDictionary<string, string> Labels(string text, out string? problem)
    {
        problem = null;
        if (labelCells.TryGetValue(text, out var known))
        {
            return known;
        }
        var labels = new Dictionary<string, string>();
        foreach (var part in text.Split(labelSeparator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            problem ??= LabelName.TryNormalise(part, out var name) is { } wrong ? $"names a label that {wrong}" : Add(name);
        }
        if (problem is null && labelCells.Count < MaximumRemembered && text.Length < MaximumKept)
        {
            labelCells.Add(text, labels);
        }
        return labels;

        string? Add(string name)
        {
            labels.TryAdd(LabelName.Key(name), name);
            return labels.Count > ContactLimits.Labels ? $"names more than {ContactLimits.Labels} labels" : null;
        }
    }

    private List<(long FieldId, FieldValue Value)> Custom(CsvReader csv, List<LineProblem> problems)
    {
        var values = new List<(long, FieldValue)>(columns.Custom.Count);
        foreach (var (index, field) in columns.Custom)
        {
            var text = csv.Field(index).Trim();
            if (text.Length == 0)
            {
                continue;
            }
            if (Custom(field, text, out var value) is { } problem)
            {
                problems.Add(new(LineReasons.InvalidField, columns.Header[index], problem));
            }
            values.Add((field.CustomFieldId, value));
        }
        return values;
    }

    /// <summary>Reads a value. A choice is looked for among all of its field's, so the same few are remembered.</summary>
    private string? Custom(CustomField field, string text, out FieldValue value)
    {
        if (field.Type != CustomFieldType.Choice)
        {
            return FieldText.Read(field, text, out value);
        }
        if (choiceCells.TryGetValue((field.CustomFieldId, text), out var known))
        {
            value = known;
            return null;
        }
        var problem = FieldText.Read(field, text, out value);
        if (problem is null && choiceCells.Count < MaximumRemembered)
        {
            choiceCells.Add((field.CustomFieldId, text), value);
        }
        return problem;
    }

    /// <summary>Names of zones repeat, and looking one up that does not exist reads the disk.</summary>
    private string? TimeZoneProblem(string text)
    {
        if (!timeZoneProblems.TryGetValue(text, out var problem))
        {
            problem = TimeZoneName.TryNormalise(text, out _);
            if (timeZoneProblems.Count < MaximumRemembered && text.Length <= TimeZoneName.MaximumLength)
            {
                timeZoneProblems.Add(text, problem);
            }
        }
        return problem;
    }

    private bool IsAddress(string header) =>
        columns.Fed.Any(f => f.Field is ImportField.Email or ImportField.Phone && columns.Header[f.Index] == header);

    private string HeaderOfBadBytes(CsvReader csv)
    {
        for (var i = 0; i < csv.Count && i < columns.Header.Count; i++)
        {
            if (csv.Field(i).Contains(CsvText.BadByteMark, StringComparison.Ordinal))
            {
                return columns.Header[i];
            }
        }
        return "";
    }

    /// <summary>A row as both databases can keep it: no NUL, no half of a surrogate pair, and not too long.</summary>
    private static string Kept(ReadOnlySpan<char> raw)
    {
        var cut = raw.Length <= MaximumKept ? raw : raw[..(char.IsHighSurrogate(raw[MaximumKept - 1]) ? MaximumKept - 1 : MaximumKept)];
        return CsvText.Readable(new string(cut)).Replace('\0', '\uFFFD');
    }
}
