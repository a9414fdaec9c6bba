using ContactPlatform.Contacts.CustomFields;

namespace ContactPlatform.Contacts.Exports;

/// <summary>What has to be read for a column, besides the contact itself.</summary>
[Flags]
public enum ExportParts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Its labels.</summary>
    Labels = 1,

    /// <summary>Where it stands in the funnel.</summary>
    Stage = 2,

    /// <summary>Its custom fields.</summary>
    Fields = 4,
}

/// <summary>A column of an exported file.</summary>
/// <param name="Name">As a request names it.</param>
/// <param name="Header">As the file names it.</param>
/// <param name="Parts">What it needs.</param>
/// <param name="Documentation">What it holds.</param>
/// <param name="Text">Writes a contact's cell.</param>
public sealed record ExportColumn(string Name, string Header, ExportParts Parts, string Documentation, Func<ExportRow, string> Text)
{
    /// <summary>Before the key of a custom field in a column's name.</summary>
    private const string FieldPrefix = "field.";

    /// <summary>The platform's columns, in the order of a file with all of them.</summary>
    public static IReadOnlyList<ExportColumn> Platform { get; } =
    [
        new("contact_id", "contact_id", ExportParts.None, "The contact's id.", r => ExportText.Of(r.ContactId)),
        new("email", "email", ExportParts.None, "Address.", r => r.Email),
        new("phone", "phone", ExportParts.None, "Phone number.", r => r.Phone),
        new("given_name", "given_name", ExportParts.None, "Given name.", r => r.GivenName),
        new("family_name", "family_name", ExportParts.None, "Family name.", r => r.FamilyName),
        new("time_zone", "time_zone", ExportParts.None, "IANA time zone.", r => r.TimeZone),
        new("record_state", "record_state", ExportParts.None, "ACTIVE or INACTIVE.", r => r.RecordState),
        new("source", "source", ExportParts.None, "Where the contact came from.", r => r.Source),
        new("subscribed_time", "subscribed_time", ExportParts.None, "When it subscribed, UTC.", r => ExportText.Of(r.SubscribedTime)),
        new("unsubscribed_time", "unsubscribed_time", ExportParts.None, "When it was unsubscribed, UTC; empty while it is not.", r => ExportText.Of(r.UnsubscribedTime)),
        new("owner", "owner", ExportParts.None, "Who looks after it.", r => r.Owner),
        new("lead_score", "lead_score", ExportParts.None, "Points of lead scoring.", r => ExportText.Of(r.LeadScore)),
        new("create_time", "create_time", ExportParts.None, "When it was created, UTC.", r => ExportText.Of(r.CreateTime)),
        new("update_time", "update_time", ExportParts.None, "When it last changed, UTC.", r => ExportText.Of(r.UpdateTime)),
        new("labels", "labels", ExportParts.Labels, "Names of its labels, with ; between them.", r => r.Labels),
        new("stage", "stage", ExportParts.Stage, "Its own funnel stage; empty where the account's default is shown. For a lost contact the stage that it was lost from.", r => r.Stage),
        new("lost", "lost", ExportParts.Stage, "Whether it is lost: true or false.", r => ExportText.Of(r.Lost)),
        new("stage_change_time", "stage_change_time", ExportParts.Stage, "When stage or lost last changed, UTC.", r => ExportText.Of(r.StageChangeTime)),
    ];

    /// <summary>The column of a custom field.</summary>
    public static ExportColumn Of(CustomField field) =>
        new(FieldPrefix + field.FieldKey, field.FieldKey, ExportParts.Fields, field.DisplayName, r => r.Fields.GetValueOrDefault(field.CustomFieldId, ""));
}
