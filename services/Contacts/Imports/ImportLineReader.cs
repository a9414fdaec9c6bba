using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Csv;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Reads the values of a file's rows; finds everything that is wrong with a row, not the first thing only.</summary>
/// <param name="columns">The file's columns.</param>
/// <param name="labelSeparator">Between labels within a field.</param>
public sealed class ImportLineReader(ImportColumns columns, char labelSeparator)
{
    /// <summary>Characters of a refused row that are kept.</summary>
    public const int MaximumKept = 10_000;

    private readonly RememberedCells remembered = new(labelSeparator);

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

    private string? Set(ImportLine line, ImportField field, string cell)
    {
        var text = CsvWriter.Original(cell).Trim();
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
                line.GivenName = ImportValues.Text(text, out problem);
                return problem;
            case ImportField.FamilyName:
                line.FamilyName = ImportValues.Text(text, out problem);
                return problem;
            case ImportField.Source:
                line.Source = ImportValues.Text(text, out problem);
                return problem;
            case ImportField.Owner:
                line.Owner = ImportValues.Text(text, out problem);
                return problem;
            case ImportField.TimeZone:
                line.TimeZone = text;
                return remembered.TimeZoneProblem(text);
            case ImportField.SubscribedTime:
                line.SubscribedTime = ImportValues.ReadTime(text);
                return line.SubscribedTime is null ? "is no time; expected one such as 2026-04-01T09:30:00Z, or a date such as 2026-04-01" : null;
            case ImportField.Stage:
                var stage = ImportValues.ReadStage(text);
                line.Stage = stage ?? FunnelStage.Unspecified;
                return stage is null ? "is no stage; expected AWARE, ENGAGED, CUSTOMER, LOYAL_CUSTOMER or PROMOTER" : null;
            case ImportField.Labels:
                line.Labels = remembered.Labels(text, out problem);
                return problem;
            default:
                throw new InvalidOperationException($"column feeds {field}");
        }
    }

    private List<(long FieldId, FieldValue Value)> Custom(CsvReader csv, List<LineProblem> problems)
    {
        var values = new List<(long, FieldValue)>(columns.Custom.Count);
        foreach (var (index, field) in columns.Custom)
        {
            var text = CsvWriter.Original(csv.Field(index)).Trim();
            if (text.Length == 0)
            {
                continue;
            }
            if (remembered.Custom(field, text, out var value) is { } problem)
            {
                problems.Add(new(LineReasons.InvalidField, columns.Header[index], problem));
            }
            values.Add((field.CustomFieldId, value));
        }
        return values;
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
