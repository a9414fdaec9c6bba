namespace ContactPlatform.Contacts.Filters;

/// <summary>A field that a filter can name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Rows">Table that holds it.</param>
/// <param name="Column">Column that is compared.</param>
/// <param name="Documentation">What it is, for people.</param>
public sealed record Dimension(string Name, FilterType Type, FilterRows Rows, string Column, string Documentation)
{
    /// <summary>Column that is shown when a contact is explained; the compared one unless they differ.</summary>
    public string Shown { get; init; } = Column;

    /// <summary>True when the column of a row can be null: the contact has no value then.</summary>
    public bool CanBeNull { get; init; }

    /// <summary>True when the column can be an empty text, which counts as no value.</summary>
    public bool CanBeEmpty { get; init; }

    /// <summary>How a text is brought to the form that is stored.</summary>
    public FilterFold Fold { get; init; } = FilterFolds.Key;

    /// <summary>The words of a choice, as they are written in filters; null when any text can be compared.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>How the words of a choice are compared; null when the column holds the text itself.</summary>
    public FilterChoice? Choice { get; init; }

    /// <summary>The sequence that it is about; null for none.</summary>
    public long? SequenceId { get; init; }

    /// <summary>True when labels or lists are named by id.</summary>
    public bool ById { get; init; }

    /// <summary>What is named, when the values are names: `label` or `list`; null otherwise.</summary>
    public string? Noun => Type switch { FilterType.Label => "label", FilterType.List => "list", _ => null };

    /// <summary>Another name by which it is found: the one that the concept pages use.</summary>
    public string? Alias { get; init; }
}

/// <summary>How a choice that is stored as a number is compared with one of its words.</summary>
public enum FilterChoice
{
    /// <summary>The number in the column.</summary>
    RecordState,

    /// <summary>Stage of contacts that are not lost, the default for those without their own.</summary>
    Stage,

    /// <summary>Stage that lost contacts were lost from.</summary>
    LostFrom,

    /// <summary>Deliverability's status, New for those of whom it never told.</summary>
    Deliverability,

    /// <summary>Sequences' engagement status, Open for those of whom it never told.</summary>
    Engagement,

    /// <summary>The number in the column; null for none.</summary>
    CallStatus,

    /// <summary>Words that hold in a sequence, a bit for each; none of who has left it.</summary>
    Sequence,
}
