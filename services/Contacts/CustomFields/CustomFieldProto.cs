using System.Text;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.CustomFields;

/// <summary>Reads and writes custom_field.proto.</summary>
public static class CustomFieldProto
{
    private static readonly string[] Changeable = ["choices", "display_name"];

    /// <summary>Reads a request for a new field; its ids and times are still to be set.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD.</exception>
    public static (CustomField Field, string RequestId) Read(V1.CreateCustomFieldRequest request)
    {
        var violations = new Violations();
        var requestId = violations.RequestId(request.RequestId);
        var sent = request.CustomField ?? new V1.CustomField();
        violations.Check(request.CustomField is not null, "custom_field", "is missing");
        const string outputOnly = "is output only; leave it empty";
        violations.Check(sent.CustomFieldId == 0, "custom_field.custom_field_id", outputOnly);
        violations.Check(sent.CreateTime is null, "custom_field.create_time", outputOnly);
        violations.Check(sent.UpdateTime is null, "custom_field.update_time", outputOnly);
        violations.Check(sent.Etag.Length == 0, "custom_field.etag", outputOnly);
        violations.Check(CustomFieldKey.IsKey(sent.Key), "custom_field.key", $"is {FieldText.Shown(sent.Key)}; expected a lower-case letter, then at most {CustomFieldKey.MaximumLength - 1} lower-case letters, digits and underscores");
        violations.Check(!CustomFieldDecisions.IsTaken(sent.Key), "custom_field.key", $"is {sent.Key}, which names what every contact has; expected another key");
        violations.Check(sent.Type != V1.CustomFieldType.Unspecified && System.Enum.IsDefined(sent.Type), "custom_field.type", $"is {(int)sent.Type}; expected a CustomFieldType");
        var type = (CustomFieldType)sent.Type;
        var field = new CustomField
        {
            FieldKey = sent.Key,
            DisplayName = sent.DisplayName.Length == 0 ? sent.Key : Name(sent.DisplayName, "custom_field.display_name", violations),
            Type = type,
            Choices = ReadChoices(sent.Choices, type, violations),
        };
        violations.ThrowIfAny();
        return (field, requestId);
    }

    /// <summary>Reads which fields an update changes; the values are checked when the field's type is known.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD.</exception>
    public static (long CustomFieldId, V1.CustomField Sent, IReadOnlyCollection<string> Mask) Read(V1.UpdateCustomFieldRequest request)
    {
        var violations = new Violations();
        var sent = request.CustomField ?? new V1.CustomField();
        violations.Check(request.CustomField is not null, "custom_field", "is missing");
        var id = request.CustomField is null ? 0 : violations.Id(sent.CustomFieldId, "custom_field.custom_field_id");
        var mask = request.UpdateMask?.Paths ?? [];
        violations.Check(mask.Count > 0, "update_mask", $"names no field; allowed are {string.Join(", ", Changeable)}");
        foreach (var path in mask.Except(Changeable).Take(20))
        {
            violations.Add("update_mask", $"names {FieldText.Shown(path)}; allowed are {string.Join(", ", Changeable)}, and all else is fixed at creation");
        }
        violations.ThrowIfAny();
        return (id, sent, mask);
    }

    /// <summary>The name and the choices of a field after an update.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD.</exception>
    public static (string DisplayName, List<string> Choices) After(CustomField field, V1.CustomField sent, IReadOnlyCollection<string> mask)
    {
        var violations = new Violations();
        var after = (mask.Contains("display_name") ? Name(sent.DisplayName, "custom_field.display_name", violations) : field.DisplayName,
            mask.Contains("choices") ? ReadChoices(sent.Choices, field.Type, violations) : field.Choices);
        violations.ThrowIfAny();
        return after;
    }

    /// <summary>Writes a field.</summary>
    public static V1.CustomField ToProto(this CustomField field) => new()
    {
        CustomFieldId = field.CustomFieldId,
        Key = field.FieldKey,
        DisplayName = field.DisplayName,
        Type = (V1.CustomFieldType)field.Type,
        Choices = { field.Choices },
        CreateTime = Timestamp.FromDateTime(field.CreateTime),
        UpdateTime = Timestamp.FromDateTime(field.UpdateTime),
        Etag = Etag.Of(field.Version),
    };

    /// <summary>Makes what writes values of a field; choices as the field spells them today.</summary>
    public static Func<FieldValue, V1.CustomFieldValue> Writer(CustomField field)
    {
        var (key, spelled) = (field.FieldKey, field.Choices.ToDictionary(TextKey.Of));
        return field.Type switch
        {
            CustomFieldType.Text => v => new() { Key = key, TextValue = v.Text },
            CustomFieldType.Number => v => new() { Key = key, NumberValue = FieldValue.Write(v.Number!.Value) },
            CustomFieldType.Date => v => new() { Key = key, DateValue = FieldValue.Write(v.Date!.Value) },
            CustomFieldType.Boolean => v => new() { Key = key, BooleanValue = v.Boolean!.Value },
            _ => v => new() { Key = key, ChoiceValue = spelled.GetValueOrDefault(v.Key!, v.Text!) },
        };
    }

    private static List<string> ReadChoices(RepeatedField<string> sent, CustomFieldType type, Violations violations)
    {
        const string path = "custom_field.choices";
        if (type != CustomFieldType.Choice)
        {
            violations.Check(sent.Count == 0, path, "has entries, which only a field of type CHOICE can have");
            return [];
        }
        violations.Check(sent.Count is > 0 and <= CustomFieldLimits.Choices, path, $"has {sent.Count} entries; expected 1 to {CustomFieldLimits.Choices}");
        var (choices, keys) = (new List<string>(), new HashSet<string>());
        foreach (var (i, text) in sent.Take(CustomFieldLimits.Choices).Index())
        {
            var choice = Name(text, $"{path}[{i}]", violations);
            violations.Check(choice.Length == 0 || keys.Add(TextKey.Of(choice)), $"{path}[{i}]", $"is {FieldText.Shown(choice)} a second time, compared without case");
            choices.Add(choice);
        }
        return choices;
    }

    private static string Name(string text, string path, Violations violations)
    {
        if (text.Length > 10 * CustomFieldLimits.Name || !EmailAddress.IsWellFormed(text))
        {
            violations.Add(path, text.Length > CustomFieldLimits.Name ? $"has {text.Length} characters; at most {CustomFieldLimits.Name} are allowed" : "contains a broken character; expected Unicode text");
            return "";
        }
        return violations.Text(text.Normalize(NormalizationForm.FormC), path, CustomFieldLimits.Name, minimum: 1);
    }
}
