using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Lists;

/// <summary>Limits of static lists, refusals about them, and what became of one contact. Pure.</summary>
public static class ContactListDecisions
{
    /// <summary>Lists in an account. Callers at the same time may get a few past it.</summary>
    public const int MaximumLists = 1000;

    /// <summary>Contacts in one change.</summary>
    public const int MaximumContacts = 1000;

    /// <summary>The refusal when the account has no such list.</summary>
    public static Refusal NotFound(long listId) =>
        new Refusal(ContactsReasons.ContactListNotFound, $"there is no static list {listId}").With("contact_list_id", listId);

    /// <summary>The refusal when another list has the name.</summary>
    public static Refusal Exists(long listId) =>
        new Refusal(ContactsReasons.ContactListExists, $"static list {listId} has this name, compared without case; use it, or another name").With("field", "display_name").With("contact_list_id", listId);

    /// <summary>The refusal of one list too many; null while there is room.</summary>
    public static Refusal? Full(int count) => count < MaximumLists ? null
        : new Refusal(CommonReasons.LimitExceeded, $"the account has {count} static lists; at most {MaximumLists} are allowed, delete one first")
            .With("field", "contact_lists").With("limit", MaximumLists).With("actual", count + 1);

    /// <summary>What became of a contact.</summary>
    /// <param name="state">Whether it was changed just now; null when the account has no such contact.</param>
    public static V1.ContactListChange Changed(bool? state) => state switch
    {
        null => V1.ContactListChange.ContactNotFound,
        true => V1.ContactListChange.Changed,
        false => V1.ContactListChange.Unchanged,
    };

    /// <summary>What a repeated request tells of a contact.</summary>
    /// <param name="isAsAsked">Whether it is as the request wants it; null when the account has no such contact.</param>
    public static V1.ContactListChange Repeated(bool? isAsAsked) => isAsAsked switch
    {
        null => V1.ContactListChange.ContactNotFound,
        true => V1.ContactListChange.Unchanged,
        false => V1.ContactListChange.ChangedSince,
    };
}
