using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Contacts;

/// <summary>What may become of a contact. Pure.</summary>
public static class ContactDecisions
{
    /// <summary>The values after an update: those that the mask names are taken over, unless nothing to reach the contact by is left.</summary>
    /// <param name="current">As stored.</param>
    /// <param name="given">As sent.</param>
    /// <param name="mask">Fields to take over; all of them are in <see cref="ContactValues.Fields"/>.</param>
    public static Decision<ContactValues> Update(ContactValues current, ContactValues given, IReadOnlyCollection<string> mask)
    {
        var after = mask.Aggregate(current, (values, field) => ContactValues.Fields[field](values, given));
        if (after.Email is not null || after.Phone is not null)
        {
            return after;
        }
        var (from, action, allowed) = (current.Email, current.Phone) switch
        {
            (not null, null) => ("email only", "clear email", "set a phone first"),
            (null, not null) => ("phone only", "clear phone", "set an email first"),
            _ => ("email and phone", "clear email and phone", "keep one of them"),
        };
        return new Refusal(ContactsReasons.ContactUnreachable, $"a contact needs an email or a phone: cannot {action}; {allowed}").From(from, action, allowed);
    }

    /// <summary>The refusal when another contact has the key already.</summary>
    /// <param name="field">`email` or `phone`.</param>
    /// <param name="existing">The contact that has it.</param>
    public static Refusal Exists(string field, long existing) =>
        new Refusal(ContactsReasons.ContactExists, field == "email"
            ? $"contact {existing} has this email; update that contact"
            : $"contact {existing} has this phone and no email either; update that contact").With("field", field).With("contact_id", existing);

    /// <summary>The refusal when the account has no such contact.</summary>
    public static Refusal NotFound(long contactId) =>
        new Refusal(ContactsReasons.ContactNotFound, $"there is no contact {contactId}").With("contact_id", contactId);
}
