using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.Lists;

/// <summary>Reads and writes contact_list.proto.</summary>
public static class ContactListProto
{
    /// <summary>Reads the contacts of a change: each once, ascending.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD, LIMIT_EXCEEDED.</exception>
    public static (long[] ContactIds, string RequestId) ReadChange(long listId, IReadOnlyList<long> contactIds, string requestId)
    {
        Violations.Limit(contactIds.Count, ContactListDecisions.MaximumContacts, "contact_ids");
        var violations = new Violations();
        violations.Id(listId, "contact_list_id");
        violations.Check(contactIds.Count > 0, "contact_ids", $"is empty; expected 1 to {ContactListDecisions.MaximumContacts} ids");
        for (var i = 0; i < contactIds.Count; i++)
        {
            violations.Id(contactIds[i], $"contact_ids[{i}]");
        }
        var request = violations.RequestId(requestId);
        violations.ThrowIfAny();
        return ([.. contactIds.Distinct().Order()], request);
    }

    /// <summary>Reads the id of a list, alone in its request.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD.</exception>
    public static long ReadId(long listId)
    {
        var violations = new Violations();
        violations.Id(listId, "contact_list_id");
        violations.ThrowIfAny();
        return listId;
    }

    /// <summary>Writes a list with the number of its members.</summary>
    public static V1.ContactList ToProto(this ContactList list, long members) => new()
    {
        ContactListId = list.ContactListId,
        DisplayName = list.DisplayName,
        MemberCount = members,
        CreateTime = Timestamp.FromDateTime(list.CreateTime),
        UpdateTime = Timestamp.FromDateTime(list.UpdateTime),
        Etag = Etag.Of(list.Version),
    };

    /// <summary>Writes a contact's place on a list.</summary>
    public static V1.ContactListMember ToProto(this ContactListMember member) =>
        new() { ContactId = member.ContactId, AddTime = Timestamp.FromDateTime(member.AddTime) };
}
