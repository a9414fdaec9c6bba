using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.Contacts;

/// <summary>Reads and writes contact.proto.</summary>
public static class ContactProto
{
    private static readonly string Changeable =
        string.Join(", ", ContactValues.Fields.Keys.Order(StringComparer.Ordinal).Append(FieldChange.MaskPath).Append($"{FieldChange.MaskPath}.KEY"));

    private const long FirstSecond = -62135596800; // 0001-01-01, the first that Timestamp has.
    private const long LastSecond = 253402300799; // 9999-12-31, the last.

    /// <summary>Reads a request for a new contact.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD.</exception>
    public static (ContactValues Values, FieldChange Fields, IReadOnlyList<long> LabelIds, string RequestId) Read(V1.CreateContactRequest request)
    {
        var violations = new Violations();
        var requestId = violations.RequestId(request.RequestId);
        var contact = request.Contact ?? new V1.Contact();
        violations.Check(request.Contact is not null, "contact", "is missing");
        CheckOutputOnly(contact, violations);
        var values = ReadValues(contact, violations, _ => true);
        var fields = FieldChange.Create(contact, violations);
        violations.Check(contact.Email.Trim().Length > 0 || contact.Phone.Trim().Length > 0, "contact", "has neither email nor phone; one is required");
        violations.Check(request.LabelIds.Count <= ContactLimits.Labels, "label_ids", $"has {request.LabelIds.Count} entries; at most {ContactLimits.Labels} are allowed");
        for (var i = 0; i < Math.Min(request.LabelIds.Count, ContactLimits.Labels); i++)
        {
            violations.Id(request.LabelIds[i], $"label_ids[{i}]");
        }
        violations.ThrowIfAny();
        return (values, fields, request.LabelIds, requestId);
    }

    /// <summary>Reads an update; only the fields that the mask names.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD.</exception>
    public static (long ContactId, ContactValues Values, FieldChange Fields, IReadOnlyCollection<string> Mask) Read(V1.UpdateContactRequest request)
    {
        var violations = new Violations();
        var contact = request.Contact ?? new V1.Contact();
        violations.Check(request.Contact is not null, "contact", "is missing");
        var id = request.Contact is null ? 0 : violations.Id(contact.ContactId, "contact.contact_id");
        var mask = request.UpdateMask?.Paths ?? [];
        violations.Check(mask.Count > 0, "update_mask", $"names no field; allowed are {Changeable}");
        foreach (var path in mask.Where(p => !ContactValues.Fields.ContainsKey(p) && !FieldChange.IsPath(p)).Distinct().Take(20))
        {
            violations.Add("update_mask", $"names {(path.Length <= 100 ? path : path[..100])}; allowed are {Changeable}");
        }
        var values = ReadValues(contact, violations, mask.Contains);
        var fields = FieldChange.Update(contact, mask, violations);
        violations.ThrowIfAny();
        return (id, values, fields, [.. mask.Where(ContactValues.Fields.ContainsKey)]);
    }

    /// <summary>Reads a record state that must be one of the two.</summary>
    public static RecordState Read(V1.RecordState state, Violations violations, string field = "record_state")
    {
        violations.Check(state is V1.RecordState.Active or V1.RecordState.Inactive, field, $"is {state}; expected RECORD_STATE_ACTIVE or RECORD_STATE_INACTIVE");
        return (RecordState)state;
    }

    /// <summary>Writes a contact; its labels and custom fields are still to be added.</summary>
    public static V1.Contact ToProto(this Contact contact) => new()
    {
        ContactId = contact.ContactId,
        Email = contact.Email ?? "",
        Phone = contact.Phone ?? "",
        GivenName = contact.GivenName,
        FamilyName = contact.FamilyName,
        TimeZone = contact.TimeZone,
        RecordState = (V1.RecordState)contact.RecordState,
        Source = contact.Source,
        SubscribedTime = contact.SubscribedTime is { } subscribed ? Timestamp.FromDateTime(subscribed) : null,
        UnsubscribedTime = contact.UnsubscribedTime is { } unsubscribed ? Timestamp.FromDateTime(unsubscribed) : null,
        Owner = contact.Owner,
        LeadScore = contact.LeadScore,
        CreateTime = Timestamp.FromDateTime(contact.CreateTime),
        UpdateTime = Timestamp.FromDateTime(contact.UpdateTime),
        Etag = Etag.Of(contact.Version),
    };

    private static void CheckOutputOnly(V1.Contact contact, Violations violations)
    {
        const string outputOnly = "is output only; leave it empty";
        violations.Check(contact.ContactId == 0, "contact.contact_id", outputOnly);
        violations.Check(contact.RecordState == V1.RecordState.Unspecified, "contact.record_state", $"{outputOnly}, and use SetRecordState");
        violations.Check(contact.LeadScore == 0, "contact.lead_score", outputOnly);
        violations.Check(contact.LabelIds.Count == 0, "contact.label_ids", $"{outputOnly}, and use the request's label_ids");
        violations.Check(contact.CreateTime is null, "contact.create_time", outputOnly);
        violations.Check(contact.UpdateTime is null, "contact.update_time", outputOnly);
        violations.Check(contact.UnsubscribedTime is null, "contact.unsubscribed_time", $"{outputOnly}, and use ConsentService");
        violations.Check(contact.Etag.Length == 0, "contact.etag", outputOnly);
    }

    private static ContactValues ReadValues(V1.Contact contact, Violations violations, Func<string, bool> wanted)
    {
        return new(
            wanted("email") ? Normal(contact.Email, "contact.email", (string text, out string normal) => EmailAddress.TryNormalise(text, out normal)) : null,
            wanted("phone") ? Normal(contact.Phone, "contact.phone", (string text, out string normal) => PhoneNumber.TryNormalise(text, out normal)) : null,
            Text("given_name", contact.GivenName),
            Text("family_name", contact.FamilyName),
            wanted("time_zone") ? Normal(contact.TimeZone, "contact.time_zone", (string text, out string normal) => TimeZoneName.TryNormalise(text, out normal)) ?? "" : "",
            Text("source", contact.Source),
            wanted("subscribed_time") ? Time(contact.SubscribedTime, violations) : null,
            Text("owner", contact.Owner));

        string Text(string field, string value) => wanted(field) ? violations.Text(value, $"contact.{field}", ContactLimits.Text) : "";

        string? Normal(string value, string field, Normalise normalise)
        {
            if (string.IsNullOrWhiteSpace(value))
            {
                return null;
            }
            if (normalise(value, out var normal) is { } problem)
            {
                violations.Add(field, problem);
            }
            return normal;
        }
    }

    private static DateTime? Time(Timestamp? time, Violations violations)
    {
        if (time is null)
        {
            return null;
        }
        if (time.Seconds is < FirstSecond or > LastSecond || time.Nanos is < 0 or > 999_999_999)
        {
            violations.Add("contact.subscribed_time", "is no time between the years 1 and 9999");
            return null;
        }
        return Clock.Truncate(time.ToDateTime());
    }

    private delegate string? Normalise(string text, out string normal);
}
