using ContactPlatform.Contacts.V1;
using CustomField = ContactPlatform.Contacts.CustomFields.CustomField;

namespace ContactPlatform.Contacts.ImportMappings;

/// <summary>Suggests what each column of a file should feed. Pure.</summary>
public static class MappingDecisions
{
    /// <summary>Suggests a mapping: each field is fed by one column at most, the surest.</summary>
    /// <param name="columns">The file's columns.</param>
    /// <param name="fields">The account's custom fields.</param>
    public static IReadOnlyList<SuggestedColumn> Suggest(IReadOnlyList<ColumnSample> columns, IReadOnlyList<CustomField> fields)
    {
        var suggested = columns.Select(c => Suggest(c, fields)).ToList();
        foreach (var rivals in suggested.Where(s => s.Column.Field != ImportField.Ignore).GroupBy(s => (s.Column.Field, s.Column.CustomFieldKey)).Where(g => g.Count() > 1).ToList())
        {
            var best = rivals.OrderByDescending(r => r.Confidence).First();
            foreach (var other in rivals.Where(r => r != best))
            {
                (other.Column.Field, other.Column.CustomFieldKey) = (ImportField.Ignore, "");
                (other.Confidence, other.Explanation) = (SuggestionConfidence.Low, $"{other.Explanation}; but the column \"{best.Column.Header}\" feeds the same");
            }
        }
        return suggested;
    }

    private static SuggestedColumn Suggest(ColumnSample column, IReadOnlyList<CustomField> fields)
    {
        if (column.Header.Length == 0)
        {
            return Ignore(column, SuggestionConfidence.High, "the column has no header, by which a mapping could name it");
        }
        var plain = HeaderWords.Plain(column.Header);
        // A custom field is the account's own word, so it goes before words that people use.
        var custom = fields.FirstOrDefault(f => f.FieldKey == column.Header) ?? fields.FirstOrDefault(f => HeaderWords.Plain(f.FieldKey) == plain || HeaderWords.Plain(f.DisplayName) == plain);
        if (custom is not null)
        {
            return Named(column, custom.FieldKey == column.Header, new() { Field = ImportField.Custom, CustomFieldKey = custom.FieldKey }, $"the custom field {custom.FieldKey}", column.Against(custom));
        }
        var named = HeaderWords.Find(column.Header);
        if (named != ImportField.Unspecified)
        {
            return Named(column, column.Header == Name(named), new() { Field = named }, Name(named), column.Against(named));
        }
        return column.Told() is { } told ? Make(column, new() { Field = told.Field }, SuggestionConfidence.Medium, $"the header says nothing, but {told.Seen}")
            : Ignore(column, SuggestionConfidence.Medium, column.Count == 0 ? "the header says nothing, and the column is empty" : "neither the header nor the values say what it is");
    }

    private static SuggestedColumn Named(ColumnSample column, bool exact, ImportColumn target, string name, (int Speaks, string Seen) cells) => cells.Speaks switch
    {
        > 0 => Make(column, target, SuggestionConfidence.High, $"the header names {name}, and {cells.Seen}"),
        0 => Make(column, target, exact ? SuggestionConfidence.High : SuggestionConfidence.Medium, $"the header names {name}{(cells.Seen.Length > 0 ? $"; {cells.Seen}" : "")}"),
        _ when column.Told() is { } told => Make(column, new() { Field = told.Field }, SuggestionConfidence.Low, $"the header names {name}, but {told.Seen}"),
        // Under its very name it is meant so: its rows are refused one by one, and say why.
        _ when exact => Make(column, target, SuggestionConfidence.Low, $"the header names {name}, but only {cells.Seen}"),
        _ => Ignore(column, SuggestionConfidence.Low, $"the header names {name}, but only {cells.Seen}"),
    };

    private static SuggestedColumn Ignore(ColumnSample column, SuggestionConfidence confidence, string why) => Make(column, new() { Field = ImportField.Ignore }, confidence, why);

    private static SuggestedColumn Make(ColumnSample column, ImportColumn target, SuggestionConfidence confidence, string why)
    {
        target.Header = column.Header;
        return new() { Column = target, Confidence = confidence, Explanation = why };
    }

    /// <summary>A field's own name, as headers give it.</summary>
    private static string Name(ImportField field) => field switch
    {
        ImportField.GivenName => "given_name",
        ImportField.FamilyName => "family_name",
        ImportField.TimeZone => "time_zone",
        ImportField.SubscribedTime => "subscribed_time",
        _ => field.ToString().ToLowerInvariant(),
    };
}
