namespace ContactPlatform.Contacts.Filters;

/// <summary>A table that a filter asks. All begin with the account, and all but contacts themselves go with their contact, by foreign key.</summary>
/// <param name="Table">Its name.</param>
/// <param name="KeyColumn">Column that says which field, label or list a row is about; null when there is none.</param>
/// <param name="OnePerContact">True when a contact has at most one row, of each key where there is a key.</param>
public sealed record FilterRows(string Table, string? KeyColumn, bool OnePerContact)
{
    /// <summary>Contacts.</summary>
    public static readonly FilterRows Contacts = new("contacts", null, true);

    /// <summary>Values of custom fields.</summary>
    public static readonly FilterRows Fields = new("contact_field_values", "custom_field_id", true);

    /// <summary>Who carries a given label.</summary>
    public static readonly FilterRows Label = new("label_members", "label_id", true);

    /// <summary>Who carries labels at all.</summary>
    public static readonly FilterRows AnyLabel = new("label_members", null, false);

    /// <summary>Who is on a given list.</summary>
    public static readonly FilterRows List = new("contact_list_members", "contact_list_id", true);

    /// <summary>Who is on lists at all.</summary>
    public static readonly FilterRows AnyList = new("contact_list_members", null, false);

    /// <summary>Where contacts stand in the funnel; a contact that never moved has no row.</summary>
    public static readonly FilterRows Stages = new("contact_stages", null, true);

    /// <summary>How contacts stand with mail; a contact of which Deliverability never told has no row, and is New.</summary>
    public static readonly FilterRows Deliverability = new("contact_deliverability", null, true);

    /// <summary>Where contacts are in their outreach; a contact of which Sequences never told has no row, and is Open.</summary>
    public static readonly FilterRows Outreach = new("contact_outreach", null, true);

    /// <summary>How contacts stand in a given sequence.</summary>
    public static readonly FilterRows Sequence = new("contact_enrollments", "sequence_id", true);
}
