using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.Collections;

namespace ContactPlatform.Contacts.CustomFields;

/// <summary>What a request wants of a contact's custom fields; the fields themselves are not known yet.</summary>
/// <param name="Given">Values as sent.</param>
/// <param name="All">Whether fields that are not given are to be cleared.</param>
/// <param name="Named">Keys named one by one: set, or cleared where nothing is given.</param>
public sealed record FieldChange(IReadOnlyList<V1.CustomFieldValue> Given, bool All, IReadOnlyCollection<string> Named)
{
    private const string Path = "contact.custom_fields";

    /// <summary>Path of all custom fields in an update mask; followed by a point and a key it names one.</summary>
    public const string MaskPath = "custom_fields";

    /// <summary>True when nothing is wanted.</summary>
    public bool None => !All && Named.Count == 0;

    /// <summary>Keys of the fields concerned.</summary>
    public IReadOnlyCollection<string> Keys { get; } = [.. Given.Select(g => g.Key).Where(k => All || Named.Contains(k)).Concat(Named).Where(CustomFieldKey.IsKey).Distinct()];

    /// <summary>Reads the values of a new contact.</summary>
    public static FieldChange Create(V1.Contact contact, Violations violations)
    {
        CheckEach(contact.CustomFields, violations);
        return new(contact.CustomFields, contact.CustomFields.Count > 0, []);
    }

    /// <summary>Reads the values that an update's mask names.</summary>
    public static FieldChange Update(V1.Contact contact, IReadOnlyCollection<string> mask, Violations violations)
    {
        var (all, named) = (mask.Contains(MaskPath), mask.Where(IsNamed).Select(p => p[(MaskPath.Length + 1)..]).Distinct().ToList());
        if (all || named.Count > 0)
        {
            CheckEach(contact.CustomFields, violations);
        }
        return new(contact.CustomFields, all, named);
    }

    /// <summary>True for a path of an update mask that names custom fields.</summary>
    public static bool IsPath(string path) => path == MaskPath || IsNamed(path);

    /// <summary>Finds the value wanted in each field; null clears it.</summary>
    /// <param name="fields">The account's fields of these keys.</param>
    /// <exception cref="RefusalException">INVALID_FIELD: unknown keys and choices, wrong types.</exception>
    public Dictionary<long, FieldValue?> Resolve(IReadOnlyDictionary<string, CustomField> fields)
    {
        var violations = new Violations();
        var wanted = new Dictionary<long, FieldValue?>();
        foreach (var key in Named)
        {
            if (fields.TryGetValue(key, out var field))
            {
                wanted[field.CustomFieldId] = null;
            }
            else
            {
                violations.Add("update_mask", $"names {MaskPath}.{key}; the account has no such custom field");
            }
        }
        foreach (var (i, given) in Given.Index().Where(g => All || Named.Contains(g.Item.Key)))
        {
            if (!fields.TryGetValue(given.Key, out var field))
            {
                violations.Add($"{Path}[{i}].key", $"is {FieldText.Shown(given.Key)}; the account has no such custom field");
            }
            else if (Read(field, given, out var value) is { } problem)
            {
                violations.Add($"{Path}[{i}]", $"{given.Key} {problem}");
            }
            else
            {
                wanted[field.CustomFieldId] = value;
            }
        }
        violations.ThrowIfAny();
        return wanted;
    }

    private static bool IsNamed(string path) => path.StartsWith($"{MaskPath}.", StringComparison.Ordinal) && CustomFieldKey.IsKey(path[(MaskPath.Length + 1)..]);

    private static void CheckEach(RepeatedField<V1.CustomFieldValue> given, Violations violations)
    {
        Violations.Limit(given.Count, CustomFieldLimits.Fields, Path);
        var keys = new HashSet<string>();
        foreach (var (i, value) in given.Index())
        {
            violations.Check(keys.Add(value.Key), $"{Path}[{i}].key", $"is {FieldText.Shown(value.Key)} a second time; a contact has one value per field");
            violations.Check(value.ValueCase != V1.CustomFieldValue.ValueOneofCase.None, $"{Path}[{i}]", "has no value; leave it out to clear the field");
        }
    }

    private static string? Read(CustomField field, V1.CustomFieldValue given, out FieldValue value)
    {
        value = new();
        switch (field.Type, given.ValueCase)
        {
            case (CustomFieldType.Text, V1.CustomFieldValue.ValueOneofCase.TextValue):
                return FieldText.ReadText(given.TextValue, out value);
            case (CustomFieldType.Number, V1.CustomFieldValue.ValueOneofCase.NumberValue):
                return FieldText.ReadNumber(given.NumberValue, out value);
            case (CustomFieldType.Date, V1.CustomFieldValue.ValueOneofCase.DateValue):
                return FieldText.ReadDate(given.DateValue, out value);
            case (CustomFieldType.Boolean, V1.CustomFieldValue.ValueOneofCase.BooleanValue):
                value = new(Boolean: given.BooleanValue);
                return null;
            case (CustomFieldType.Choice, V1.CustomFieldValue.ValueOneofCase.ChoiceValue):
                return FieldText.ReadChoice(field, given.ChoiceValue, out value);
            default:
                var (name, shown) = given.ValueCase switch
                {
                    V1.CustomFieldValue.ValueOneofCase.TextValue => ("text_value", given.TextValue),
                    V1.CustomFieldValue.ValueOneofCase.NumberValue => ("number_value", given.NumberValue),
                    V1.CustomFieldValue.ValueOneofCase.DateValue => ("date_value", given.DateValue),
                    V1.CustomFieldValue.ValueOneofCase.BooleanValue => ("boolean_value", given.BooleanValue ? "true" : "false"),
                    _ => ("choice_value", given.ChoiceValue),
                };
                return $"has the {name} {FieldText.Shown(shown)}; the field is of type {field.Type.ToString().ToUpperInvariant()} and takes a {field.Type.ToString().ToLowerInvariant()}_value";
        }
    }
}
