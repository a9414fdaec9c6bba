using ContactPlatform.Contacts.Filters;

namespace ContactPlatform.Contacts.Columns;

/// <summary>
/// How rows are sorted by a column: by what the database compares, and the contact's id where that is equal, so that a
/// page begins behind exactly one row. Who has no value comes last, whichever the direction.
/// </summary>
/// <param name="Column">What is compared; a text's key, where there is one.</param>
public sealed record ColumnOrder(string Column)
{
    /// <summary>Table that holds it.</summary>
    public FilterRows Rows { get; init; } = FilterRows.Contacts;

    /// <summary>The custom field; null for other tables.</summary>
    public long? Key { get; init; }

    /// <summary>True when the column can be null, or a contact without a row: it has no value then.</summary>
    public bool CanBeNull { get; init; }

    /// <summary>True when the column can be an empty text, which counts as no value.</summary>
    public bool CanBeEmpty { get; init; }

    /// <summary>True when a contact can be without a value.</summary>
    public bool CanBeMissing => CanBeNull || CanBeEmpty;
}
