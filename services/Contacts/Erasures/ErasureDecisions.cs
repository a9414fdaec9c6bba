using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Erasures;

/// <summary>Refusals about erased addresses. Pure.</summary>
public static class ErasureDecisions
{
    /// <summary>The refusal of an address that was erased.</summary>
    /// <param name="field">`email` or `phone`.</param>
    public static Refusal Erased(string field) =>
        new Refusal(ContactsReasons.ContactErased, $"this {field} was erased and is not stored again; ReadmitAddress lets it in").With("field", field)
            .From("erased", $"store the {field}", "ReadmitAddress");

    /// <summary>The refusal when an address was not erased, or was let in again.</summary>
    /// <param name="field">`email` or `phone`.</param>
    public static Refusal NotFound(string field) =>
        new Refusal(ContactsReasons.ErasureNotFound, $"this {field} is not erased in the account").With("field", field);

    /// <summary>The refusal of an erasure or unsubscription that nobody could recognise later.</summary>
    public static Refusal NotConfigured() =>
        new Refusal(ContactsReasons.ErasureNotConfigured, $"no key is configured under {ErasureKeys.Section}, so the address could come back unseen; nothing was done").With("setting", ErasureKeys.Section);
}
