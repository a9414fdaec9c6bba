using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.CustomFields;

/// <summary>Refusals about custom fields, and which of a field's choices an update takes away. Pure.</summary>
public static class CustomFieldDecisions
{
    /// <summary>Names that files and filters already have for what every contact has.</summary>
    private static readonly HashSet<string> Taken =
    [
        .. V1.Contact.Descriptor.Fields.InDeclarationOrder().Select(f => f.Name),
        "label", "labels", "stage", "lost", "segment", "list", "lists",
    ];

    /// <summary>True for keys that would be confused with what every contact has.</summary>
    public static bool IsTaken(string key) => Taken.Contains(key);

    /// <summary>Keys of the choices that a field would have no longer.</summary>
    public static IReadOnlyList<string> Removed(IEnumerable<string> before, IEnumerable<string> after) =>
        [.. before.Select(TextKey.Of).Except(after.Select(TextKey.Of))];

    /// <summary>The refusal when the account has no such field.</summary>
    public static Refusal NotFound(long customFieldId) =>
        new Refusal(ContactsReasons.CustomFieldNotFound, $"there is no custom field {customFieldId}").With("custom_field_id", customFieldId);

    /// <summary>The refusal when another field has the key.</summary>
    public static Refusal Exists(long customFieldId) =>
        new Refusal(ContactsReasons.CustomFieldExists, $"custom field {customFieldId} has this key; use it, or another key")
            .With("field", "custom_field.key").With("custom_field_id", customFieldId);

    /// <summary>The refusal when the account has as many fields as it may.</summary>
    public static Refusal TooMany() =>
        new Refusal(CommonReasons.LimitExceeded, $"the account has {CustomFieldLimits.Fields} custom fields, and that is the limit; delete one first")
            .With("field", "custom_field").With("limit", CustomFieldLimits.Fields).With("actual", CustomFieldLimits.Fields + 1);

    /// <summary>The refusal when contacts have a choice that would be taken away.</summary>
    public static Refusal ChoiceInUse(string choice) =>
        new Refusal(ContactsReasons.CustomFieldChoiceInUse, $"contacts have the choice {FieldText.Shown(choice)}; give them another one first")
            .From(choice, "remove choice", "give those contacts another choice first");
}
