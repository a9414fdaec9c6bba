using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.V1;
using CustomField = ContactPlatform.Contacts.CustomFields.CustomField;
using CustomFieldType = ContactPlatform.Contacts.CustomFields.CustomFieldType;

namespace ContactPlatform.Contacts.ImportMappings;

/// <summary>A column of a file: its header, and those of its first cells that are not empty.</summary>
public sealed class ColumnSample(string header, IReadOnlyList<string> cells)
{
    /// <summary>Shares of good cells above which a column counts as fitting, and below which as not fitting.</summary>
    private const double Fits = 0.8, Contradicts = 0.5;

    /// <summary>What good cells of a field are called, and how one is told; for the fields whose cells tell anything.</summary>
    private static readonly (ImportField Field, string Called, Func<string, bool> IsGood)[] Tests =
    [
        (ImportField.Email, "emails", text => EmailAddress.TryNormalise(text, out _) is null),
        (ImportField.Phone, "international phone numbers", text => PhoneNumber.TryNormalise(text, out _) is null),
        (ImportField.Stage, "funnel stages", text => ImportValues.ReadStage(text) is not null),
        (ImportField.TimeZone, "time zones", text => text.Contains('/', StringComparison.Ordinal) && TimeZoneName.TryNormalise(text, out _) is null),
        (ImportField.SubscribedTime, "times", text => ImportValues.ReadTime(text) is not null),
    ];

    /// <summary>The fields that cells alone can give away, the likeliest first. A column of times may mean anything.</summary>
    private static readonly ImportField[] Telling = [ImportField.Email, ImportField.Phone, ImportField.Stage, ImportField.TimeZone];

    /// <summary>The header, without surrounding blanks.</summary>
    public string Header => header;

    /// <summary>Number of cells that are not empty.</summary>
    public int Count => cells.Count;

    /// <summary>The field that the cells give away, and how well they do; null when they give none away.</summary>
    public (ImportField Field, string Seen)? Told() =>
        Telling.Select(f => (Field: f, Verdict: Against(f))).Where(t => t.Verdict.Speaks > 0).Select(t => ((ImportField, string)?)(t.Field, t.Verdict.Seen)).FirstOrDefault();

    /// <summary>What the cells say of a field that the header names.</summary>
    /// <returns>1 when they speak for it, -1 against it, 0 when they say nothing; and what they hold.</returns>
    public (int Speaks, string Seen) Against(ImportField field)
    {
        var (_, called, isGood) = Array.Find(Tests, t => t.Field == field);
        return isGood is null ? (0, "") : Judge(called, isGood);
    }

    /// <summary>What the cells say of a custom field that the header names.</summary>
    public (int Speaks, string Seen) Against(CustomField field)
    {
        var (speaks, seen) = Judge($"values of {field.FieldKey}", text => FieldText.Read(field, text, out _) is null);
        // Everything is a text: cells that are one speak for no text field in particular.
        return field.Type == CustomFieldType.Text ? (Math.Min(speaks, 0), seen) : (speaks, seen);
    }

    private (int Speaks, string Seen) Judge(string called, Func<string, bool> isGood)
    {
        if (cells.Count == 0)
        {
            return (0, "");
        }
        var good = cells.Count(isGood);
        return (good >= Fits * cells.Count ? 1 : good < Contradicts * cells.Count ? -1 : 0, $"{good} of {cells.Count} values are {called}");
    }
}
