using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.DeliverabilityProjection;
using ContactPlatform.Contacts.Filters;

namespace ContactPlatform.Contacts.Columns;

/// <summary>What has to be read for a column, besides the contact itself.</summary>
[Flags]
public enum ContactParts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Its labels.</summary>
    Labels = 1,

    /// <summary>Where it stands in the funnel.</summary>
    Stage = 2,

    /// <summary>Its custom fields.</summary>
    Fields = 4,

    /// <summary>The lists that it is on.</summary>
    Lists = 8,

    /// <summary>How it stands with mail.</summary>
    Deliverability = 16,

    /// <summary>Where it is in its outreach.</summary>
    Outreach = 32,

    /// <summary>The sequences that it is in.</summary>
    Sequences = 64,
}

/// <summary>
/// A column of exported files and of views: the one vocabulary of both. Another axis is more lines here, and its part in
/// <see cref="ContactRowStore"/>.
/// </summary>
/// <param name="Name">As a request names it.</param>
/// <param name="Header">As a file names it.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Parts">What it needs.</param>
/// <param name="Documentation">What it holds, for people.</param>
/// <param name="Value">A contact's cell: string, int, long, decimal, bool, DateOnly, DateTime or names; null or empty for none.</param>
public sealed record ContactColumn(string Name, string Header, FilterType Type, ContactParts Parts, string Documentation, Func<ContactRow, object?> Value)
{
    /// <summary>Before the key of a custom field in a column's name.</summary>
    private const string FieldPrefix = "field.";

    private static readonly Dictionary<RecordState, string> RecordStates = ColumnText.Words<RecordState>();

    /// <summary>How rows are sorted by it; null when they cannot be.</summary>
    public ColumnOrder? Order { get; init; }

    /// <summary>The platform's columns, in the order of a file with all of them.</summary>
    public static IReadOnlyList<ContactColumn> Platform { get; } =
    [
        Own("contact_id", FilterType.Number, "The contact's id.", c => c.ContactId, new("contact_id")),
        Own("email", FilterType.Text, "Address.", c => c.Email, new("email") { CanBeNull = true }),
        Own("phone", FilterType.Text, "Phone number.", c => c.Phone, new("phone") { CanBeNull = true }),
        Own("given_name", FilterType.Text, "Given name.", c => c.GivenName, new("given_name_key") { CanBeNull = true, CanBeEmpty = true }),
        Own("family_name", FilterType.Text, "Family name.", c => c.FamilyName, new("family_name_key") { CanBeNull = true, CanBeEmpty = true }),
        Own("time_zone", FilterType.Text, "IANA time zone.", c => c.TimeZone, new("time_zone") { CanBeEmpty = true }),
        Own("record_state", FilterType.Choice, "ACTIVE or INACTIVE.", c => RecordStates[c.RecordState]),
        Own("source", FilterType.Text, "Where the contact came from.", c => c.Source, new("source_key") { CanBeNull = true, CanBeEmpty = true }),
        Own("subscribed_time", FilterType.Time, "When it subscribed, UTC.", c => c.SubscribedTime, new("subscribed_time") { CanBeNull = true }),
        Own("unsubscribed_time", FilterType.Time, "When it was unsubscribed, UTC; empty while it is not.", c => c.UnsubscribedTime, new("unsubscribed_time") { CanBeNull = true }),
        Own("owner", FilterType.Text, "Who looks after it.", c => c.Owner, new("owner") { CanBeEmpty = true }),
        Own("lead_score", FilterType.Number, "Points of lead scoring.", c => c.LeadScore, new("lead_score")),
        Own("create_time", FilterType.Time, "When it was created, UTC.", c => c.CreateTime, new("create_time")),
        Own("update_time", FilterType.Time, "When it last changed, UTC.", c => c.UpdateTime, new("update_time")),
        new("labels", "labels", FilterType.Label, ContactParts.Labels, "Names of its labels; in a file with ; between them.", r => r.Labels),
        new("lists", "lists", FilterType.List, ContactParts.Lists, "Names of the static lists that it is on; in a file with ; between them.", r => r.Lists),
        OfStage("stage", FilterType.Choice, "Its own funnel stage; empty where the account's default is shown. For a lost contact the stage that it was lost from.", r => r.Stage),
        OfStage("lost", FilterType.Boolean, "Whether it is lost: true or false.", r => r.Lost),
        OfStage("stage_change_time", FilterType.Time, "When stage or lost last changed, UTC.", r => r.StageChangeTime) with { Order = new("change_time") { Rows = FilterRows.Stages, CanBeNull = true } },
        OfMail("deliverability_status", FilterType.Choice, "How it stands with mail: NEW, ACTIVE, UNAVAILABLE, MAILBOX_FULL, DOES_NOT_EXIST, UNSUBSCRIBED_BY_US, UNSUBSCRIBED or COMPLAINED.", r => r.Deliverability.ToWord()),
        OfMail("system_status", FilterType.Text, "The same in system values: New, Active, Error, Soft bounced, Hard bounced, Unsubscribed by us, Unsubscribed or Complaint.", r => r.Deliverability.ToSystemValue()),
        OfMail("last_send_time", FilterType.Time, "When a message was last sent to it, UTC.", r => r.LastSendTime, MailOrder("last_send_time")),
        OfMail("last_open_time", FilterType.Time, "When somebody last opened a message at its address, UTC.", r => r.LastOpenTime, MailOrder("last_open_time")),
        OfMail("last_click_time", FilterType.Time, "When somebody last followed a link of one, UTC.", r => r.LastClickTime, MailOrder("last_click_time")),
        OfOutreach("engagement_status", FilterType.Choice, "Where it is in its outreach: OPEN, ENROLLED, WORKING, RESPONDED, UNRESPONSIVE, BAD_EMAIL or DO_NOT_CONTACT.", r => r.Engagement),
        OfOutreach("engagement_change_time", FilterType.Time, "When that last changed, UTC.", r => r.EngagementTime, OutreachOrder("engagement_time")),
        OfOutreach("first_working_time", FilterType.Time, "When a step was first processed for it, UTC; empty means never contacted.", r => r.FirstWorkingTime, OutreachOrder("first_working_time")),
        OfOutreach("opted_out", FilterType.Boolean, "Whether it has opted out of all sequences: true or false.", r => r.OptedOut),
        OfOutreach("call_status", FilterType.Choice, "TO_CALL, CALLED, or empty.", r => r.CallStatus),
        new("sequences", "sequences", FilterType.List, ContactParts.Sequences, "Ids of the sequences that it is in; in a file with ; between them.", r => r.Sequences),
    ];

    /// <summary>The column of a custom field.</summary>
    public static ContactColumn Of(CustomField field) =>
        new(FieldPrefix + field.FieldKey, field.FieldKey, Dimensions.Of(field).Type, ContactParts.Fields, field.DisplayName, ValueOf(field)) { Order = OrderOf(field) };

    private static ContactColumn Own(string name, FilterType type, string documentation, Func<Contact, object?> value, ColumnOrder? order = null) =>
        new(name, name, type, ContactParts.None, documentation, r => value(r.Contact)) { Order = order };

    private static ContactColumn OfStage(string name, FilterType type, string documentation, Func<ContactRow, object?> value) =>
        new(name, name, type, ContactParts.Stage, documentation, value);

    private static ContactColumn OfMail(string name, FilterType type, string documentation, Func<ContactRow, object?> value, ColumnOrder? order = null) =>
        new(name, name, type, ContactParts.Deliverability, documentation, value) { Order = order };

    private static ContactColumn OfOutreach(string name, FilterType type, string documentation, Func<ContactRow, object?> value, ColumnOrder? order = null) =>
        new(name, name, type, ContactParts.Outreach, documentation, value) { Order = order };

    private static ColumnOrder OutreachOrder(string column) => new(column) { Rows = FilterRows.Outreach, CanBeNull = true };

    private static ColumnOrder MailOrder(string column) => new(column) { Rows = FilterRows.Deliverability, CanBeNull = true };

    private static Func<ContactRow, object?> ValueOf(CustomField field)
    {
        var id = field.CustomFieldId;
        if (field.Type != CustomFieldType.Choice)
        {
            return r => r.Fields.GetValueOrDefault(id);
        }
        // As the field spells it today, whatever its case was when it was stored.
        var spelled = field.Choices.ToDictionary(TextKey.Of);
        return r => r.Fields.GetValueOrDefault(id) is string stored ? spelled.GetValueOrDefault(TextKey.Of(stored), stored) : null;
    }

    /// <summary>Choices and truths have few values each: a filter tells them apart, an order says nothing.</summary>
    private static ColumnOrder? OrderOf(CustomField field)
    {
        var dimension = Dimensions.Of(field);
        return dimension.Type is FilterType.Text or FilterType.Number or FilterType.Date
            ? new(dimension.Column) { Rows = FilterRows.Fields, Key = field.CustomFieldId, CanBeNull = true } : null;
    }
}
