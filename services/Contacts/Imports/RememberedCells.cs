using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.Labels;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Reads what repeats in a file and is dear to read, once: labels, choices, time zones.</summary>
/// <param name="labelSeparator">Between labels within a field.</param>
internal sealed class RememberedCells(char labelSeparator)
{
    private const int MaximumRemembered = 1000;

    private readonly Dictionary<string, string?> timeZoneProblems = [];
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> labelCells = [];
    private readonly Dictionary<(long FieldId, string Text), FieldValue> choiceCells = [];

    /// <summary>Reads names of labels. The same few combinations come again and again, so they are remembered.</summary>
    public IReadOnlyDictionary<string, string> Labels(string text, out string? problem)
    {
        problem = null;
        if (labelCells.TryGetValue(text, out var known))
        {
            return known;
        }
        var labels = new Dictionary<string, string>();
        foreach (var part in text.Split(labelSeparator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            problem ??= LabelName.TryNormalise(part, out var name) is { } wrong ? $"names a label that {wrong}; between labels this import expects {labelSeparator}" : Add(name);
        }
        if (problem is null && labelCells.Count < MaximumRemembered && text.Length < ImportLineReader.MaximumKept)
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

    /// <summary>Reads a value. A choice is looked for among all of its field's, so the same few are remembered.</summary>
    public string? Custom(CustomField field, string text, out FieldValue value)
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
    public string? TimeZoneProblem(string text)
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
}
