using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.Labels;

/// <summary>Reads and writes label.proto.</summary>
public static class LabelProto
{
    /// <summary>Reads a name.</summary>
    public static string Name(this Violations violations, string text, string field = "display_name")
    {
        if (LabelName.TryNormalise(text, out var name) is { } problem)
        {
            violations.Add(field, problem);
        }
        return name;
    }

    /// <summary>Reads the contacts of a bulk change: each once, ascending.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD, LIMIT_EXCEEDED.</exception>
    public static long[] ReadContacts(long labelId, IReadOnlyList<long> contactIds)
    {
        Violations.Limit(contactIds.Count, LabelDecisions.MaximumContacts, "contact_ids");
        var violations = new Violations();
        violations.Id(labelId, "label_id");
        violations.Check(contactIds.Count > 0, "contact_ids", $"is empty; expected 1 to {LabelDecisions.MaximumContacts} ids");
        for (var i = 0; i < contactIds.Count; i++)
        {
            violations.Id(contactIds[i], $"contact_ids[{i}]");
        }
        violations.ThrowIfAny();
        return [.. contactIds.Distinct().Order()];
    }

    /// <summary>Reads the label and the contact of a single change.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD.</exception>
    public static string Check(long contactId, long labelId, string requestId)
    {
        var violations = new Violations();
        violations.Id(contactId, "contact_id");
        violations.Id(labelId, "label_id");
        var id = violations.RequestId(requestId);
        violations.ThrowIfAny();
        return id;
    }

    /// <summary>Writes a label with the number of its members.</summary>
    public static V1.Label ToProto(this Label label, long members) => new()
    {
        LabelId = label.LabelId,
        DisplayName = label.DisplayName,
        MemberCount = members,
        CreateTime = Timestamp.FromDateTime(label.CreateTime),
        UpdateTime = Timestamp.FromDateTime(label.UpdateTime),
        Etag = Etag.Of(label.Version),
    };
}
