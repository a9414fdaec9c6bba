using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Labels;

/// <summary>Refusals about labels, and how many contacts one call may name. Pure.</summary>
public static class LabelDecisions
{
    /// <summary>Contacts in one bulk change.</summary>
    public const int MaximumContacts = 10_000;

    /// <summary>The refusal when the account has no such label.</summary>
    public static Refusal NotFound(long labelId) =>
        new Refusal(ContactsReasons.LabelNotFound, $"there is no label {labelId}").With("label_id", labelId);

    /// <summary>The refusal when another label has the name.</summary>
    public static Refusal Exists(long labelId) =>
        new Refusal(ContactsReasons.LabelExists, $"label {labelId} has this name, compared without case; use it, or another name").With("field", "display_name").With("label_id", labelId);
}
