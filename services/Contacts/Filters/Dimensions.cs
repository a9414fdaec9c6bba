using System.Collections.Frozen;
using System.Globalization;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.SequencesProjection;

namespace ContactPlatform.Contacts.Filters;

/// <summary>
/// Everything that a filter can ask of a contact, but for its custom fields, which each account has of its own. Another
/// axis is more lines here, and its table in <see cref="FilterRows"/>.
/// </summary>
public static class Dimensions
{
    /// <summary>What names of custom fields begin with.</summary>
    public const string FieldPrefix = "field.";

    /// <summary>What the fields of sequences begin with; their ids follow.</summary>
    public const string SequencePrefix = "sequence.";

    private static readonly string[] Stages = ["AWARE", "ENGAGED", "CUSTOMER", "LOYAL_CUSTOMER", "PROMOTER"];

    /// <summary>In the order of their numbers.</summary>
    private static readonly string[] MailStatuses = ["NEW", "ACTIVE", "UNAVAILABLE", "MAILBOX_FULL", "DOES_NOT_EXIST", "UNSUBSCRIBED_BY_US", "UNSUBSCRIBED", "COMPLAINED"];

    /// <summary>The table.</summary>
    public static readonly IReadOnlyList<Dimension> All =
    [
        new("email", FilterType.Text, FilterRows.Contacts, "email", "Email address, without case.") { CanBeNull = true, Fold = FilterFolds.Email },
        new("phone", FilterType.Text, FilterRows.Contacts, "phone", "Phone number in international form.") { CanBeNull = true, Fold = FilterFolds.Phone },
        new("given_name", FilterType.Text, FilterRows.Contacts, "given_name_key", "Given name, without case; accents count.") { CanBeNull = true, CanBeEmpty = true, Shown = "given_name" },
        new("family_name", FilterType.Text, FilterRows.Contacts, "family_name_key", "Family name, without case; accents count.") { CanBeNull = true, CanBeEmpty = true, Shown = "family_name" },
        new("source", FilterType.Text, FilterRows.Contacts, "source_key", "Where the contact came from, without case.") { CanBeNull = true, CanBeEmpty = true, Shown = "source" },
        new("owner", FilterType.Text, FilterRows.Contacts, "owner", "Subject of the operator who looks after it; case counts.") { CanBeEmpty = true, Fold = FilterFolds.Exact },
        new("time_zone", FilterType.Text, FilterRows.Contacts, "time_zone", "IANA time zone; case counts.") { CanBeEmpty = true, Fold = FilterFolds.TimeZone },
        new("record_state", FilterType.Choice, FilterRows.Contacts, "record_state", "Whether the account counts the record as in use.") { Choices = ["ACTIVE", "INACTIVE"], Choice = FilterChoice.RecordState },
        new("subscribed_time", FilterType.Time, FilterRows.Contacts, "subscribed_time", "When the contact subscribed.") { CanBeNull = true, Alias = "subscribed_at" },
        new("unsubscribed_time", FilterType.Time, FilterRows.Contacts, "unsubscribed_time", "When it was unsubscribed; it has none while it is not.") { CanBeNull = true },
        new("create_time", FilterType.Time, FilterRows.Contacts, "create_time", "When the contact was created."),
        new("update_time", FilterType.Time, FilterRows.Contacts, "update_time", "When the contact, its record state or its labels last changed."),
        new("lead_score", FilterType.Number, FilterRows.Contacts, "lead_score", "Points collected by lead scoring."),
        new("label", FilterType.Label, FilterRows.Label, "label_id", "Labels by name, without case."),
        new("label_id", FilterType.Label, FilterRows.Label, "label_id", "Labels by id.") { ById = true },
        new("list", FilterType.List, FilterRows.List, "contact_list_id", "Static lists by name, without case."),
        new("list_id", FilterType.List, FilterRows.List, "contact_list_id", "Static lists by id.") { ById = true },
        new("funnel.stage", FilterType.Choice, FilterRows.Stages, "stage", "Stage of the funnel, the account's default for contacts without one of their own; lost contacts have none.") { Choices = Stages, Choice = FilterChoice.Stage, Alias = "funnel_status" },
        new("funnel.lost", FilterType.Boolean, FilterRows.Stages, "lost", "Whether the contact is lost."),
        new("funnel.lost_from", FilterType.Choice, FilterRows.Stages, "stage", "Stage from which the contact was lost; missing unless it is lost.") { Choices = Stages, Choice = FilterChoice.LostFrom },
        new("funnel.change_time", FilterType.Time, FilterRows.Stages, "change_time", "When stage or lost last changed; missing while nothing has."),
        new("deliverability.status", FilterType.Choice, FilterRows.Deliverability, "status", "How the contact stands with mail; NEW until Deliverability tells otherwise.") { Choices = MailStatuses, Choice = FilterChoice.Deliverability },
        new("last_send_time", FilterType.Time, FilterRows.Deliverability, "last_send_time", "When a message was last sent to its address; missing for never.") { CanBeNull = true },
        new("last_open_time", FilterType.Time, FilterRows.Deliverability, "last_open_time", "When somebody last opened a message there; missing for never.") { CanBeNull = true, Alias = "last_open" },
        new("last_click_time", FilterType.Time, FilterRows.Deliverability, "last_click_time", "When somebody last followed a link of one; missing for never.") { CanBeNull = true },
        new("engagement.status", FilterType.Choice, FilterRows.Outreach, "engagement", "Where the contact is in its outreach, over all sequences; OPEN until Sequences tells otherwise.") { Choices = SequenceWords.Engagement, Choice = FilterChoice.Engagement, Alias = "engagement_status" },
        new("engagement.change_time", FilterType.Time, FilterRows.Outreach, "engagement_time", "When that last changed; missing while it never did.") { CanBeNull = true },
        new("first_working_time", FilterType.Time, FilterRows.Outreach, "first_working_time", "When a step was first processed for it, in any sequence; missing for never contacted.") { CanBeNull = true },
        new("opted_out", FilterType.Boolean, FilterRows.Outreach, "opted_out", "Whether it has opted out of all sequences."),
        new("call_status", FilterType.Choice, FilterRows.Outreach, "call_status", "Whether it is to be called, or was; missing for neither. How it stands in a sequence is asked as sequence.ID.") { CanBeNull = true, Choices = SequenceWords.Call, Choice = FilterChoice.CallStatus },
    ];

    private static readonly FrozenDictionary<string, Dimension> ByName = All
        .SelectMany(d => new[] { (Name: d.Name, Dimension: d), (Name: d.Alias ?? d.Name, Dimension: d) }).DistinctBy(d => d.Name)
        .ToFrozenDictionary(d => d.Name, d => d.Dimension, StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds a field by its name, without case; null when there is none.</summary>
    public static Dimension? Find(string name) => ByName.GetValueOrDefault(name) ?? (IsSequence(name, out var id)
        ? new($"{SequencePrefix}{id}", FilterType.Choice, FilterRows.Sequence, "words", "How the contact stands in a sequence.") { Shown = "status", Choices = SequenceWords.Words, Choice = FilterChoice.Sequence, SequenceId = id } : null);

    private static bool IsSequence(string name, out long id)
    {
        id = 0;
        return name.StartsWith(SequencePrefix, StringComparison.OrdinalIgnoreCase) && long.TryParse(name.AsSpan(SequencePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out id) && id > 0;
    }

    /// <summary>True for names of custom fields.</summary>
    public static bool IsCustom(string name) => name.StartsWith(FieldPrefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>The field that a custom field is to filters.</summary>
    public static Dimension Of(CustomField field)
    {
        var name = FieldPrefix + field.FieldKey;
        return field.Type switch
        {
            CustomFieldType.Number => Make(FilterType.Number, "number_value"),
            CustomFieldType.Date => Make(FilterType.Date, "date_value"),
            CustomFieldType.Boolean => Make(FilterType.Boolean, "boolean_value"),
            CustomFieldType.Choice => Make(FilterType.Choice, "text_key") with { Choices = field.Choices, Shown = "text_value" },
            _ => Make(FilterType.Text, "text_key") with { Shown = "text_value" },
        };

        // Another type has another column, so the others are null; which no filter notices, but it keeps to the filtered indexes.
        Dimension Make(FilterType type, string column) => new(name, type, FilterRows.Fields, column, field.DisplayName) { CanBeNull = true };
    }

    /// <summary>Up to three of the names that are most like one that there is not.</summary>
    public static IReadOnlyList<string> Nearest(string name, IEnumerable<string> names)
    {
        // Longer ones are not a slip of the finger, and the comparison takes the product of both lengths.
        var wanted = name.ToLowerInvariant()[..Math.Min(name.Length, 80)];
        return [.. names.Distinct().Select(n => (Name: n, Distance: Distance(wanted, n.ToLowerInvariant()))).OrderBy(n => n.Distance).ThenBy(n => n.Name, StringComparer.Ordinal).Take(3).Select(n => n.Name)];
    }

    /// <summary>Levenshtein's distance: characters to add, drop or replace.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (corner, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }
        return row[b.Length];
    }
}
