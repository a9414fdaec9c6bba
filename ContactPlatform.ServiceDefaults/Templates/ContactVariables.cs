using ContactPlatform.Contacts.V1;

namespace ContactPlatform.ServiceDefaults.Templates;

/// <summary>The variables that contacts fill in.</summary>
public static class ContactVariables
{
    private const string FieldPrefix = "field.";

    private static readonly Dictionary<string, Func<Contact, string>> Fields = new(StringComparer.Ordinal)
    {
        ["email"] = c => c.Email,
        ["phone"] = c => c.Phone,
        ["given_name"] = c => c.GivenName,
        ["family_name"] = c => c.FamilyName,
        ["time_zone"] = c => c.TimeZone,
        ["source"] = c => c.Source,
        ["owner"] = c => c.Owner,
    };

    /// <summary>All of them, for people.</summary>
    public static string Names { get; } = $"{string.Join(", ", Fields.Keys)}, and {FieldPrefix}KEY for custom fields";

    /// <summary>True when contacts can have something for a variable.</summary>
    public static bool Has(string name) => Fields.ContainsKey(name) || name.StartsWith(FieldPrefix, StringComparison.Ordinal);

    /// <summary>What a contact has for a variable; null where it has nothing.</summary>
    public static string? Value(Contact contact, string name)
    {
        var value = Fields.TryGetValue(name, out var field) ? field(contact)
            : name.StartsWith(FieldPrefix, StringComparison.Ordinal) ? contact.CustomFields.Where(f => f.Key == name[FieldPrefix.Length..]).Select(Text).FirstOrDefault()
            : null;
        return string.IsNullOrEmpty(value) ? null : value;
    }

    private static string Text(CustomFieldValue field) => field.ValueCase switch
    {
        CustomFieldValue.ValueOneofCase.TextValue => field.TextValue,
        CustomFieldValue.ValueOneofCase.NumberValue => field.NumberValue,
        CustomFieldValue.ValueOneofCase.DateValue => field.DateValue,
        CustomFieldValue.ValueOneofCase.BooleanValue => field.BooleanValue ? "true" : "false",
        CustomFieldValue.ValueOneofCase.ChoiceValue => field.ChoiceValue,
        _ => "",
    };
}
