using ContactPlatform.Contacts.Contacts;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Merges;

/// <summary>What one contact of two becomes. Pure; the table of contact_merge.proto says the same for callers.</summary>
public static class MergeDecisions
{
    /// <summary>The fields in the order of Contact, each with whether a contact has none of it.</summary>
    public static readonly IReadOnlyList<(string Field, Func<ContactValues, bool> IsEmpty)> Fields =
    [
        ("email", v => v.Email is null),
        ("phone", v => v.Phone is null),
        ("given_name", v => v.GivenName.Length == 0),
        ("family_name", v => v.FamilyName.Length == 0),
        ("time_zone", v => v.TimeZone.Length == 0),
        ("source", v => v.Source.Length == 0),
        ("subscribed_time", v => v.SubscribedTime is null),
        ("owner", v => v.Owner.Length == 0),
    ];

    /// <summary>The survivor's values with its gaps filled, and which were filled.</summary>
    public static (ContactValues Values, IReadOnlyList<string> Filled) Merge(ContactValues survivor, ContactValues merged)
    {
        List<string> filled = [.. Fields.Where(f => f.IsEmpty(survivor) && !f.IsEmpty(merged)).Select(f => f.Field)];
        return (filled.Aggregate(survivor, (values, field) => ContactValues.Fields[field](values, merged)), filled);
    }

    /// <summary>The record state after: a merge makes nobody more sendable.</summary>
    public static RecordState Merge(RecordState survivor, RecordState merged) =>
        survivor == RecordState.Inactive || merged == RecordState.Inactive ? RecordState.Inactive : RecordState.Active;

    /// <summary>When the survivor counts as unsubscribed: since the first of both was; null when neither is.</summary>
    public static DateTime? Merge(DateTime? survivor, DateTime? merged) => survivor is null || merged < survivor ? merged ?? survivor : survivor;

    /// <summary>The refusal when the account had such a contact and it was merged.</summary>
    public static Refusal Merged(long contactId, long survivorId) =>
        new Refusal(ContactsReasons.ContactNotFound, $"contact {contactId} was merged into contact {survivorId}; use that one")
            .With("contact_id", contactId).With("merged_into_contact_id", survivorId);
}
