using System.Collections.Frozen;

namespace ContactPlatform.Contacts.Filters;

/// <summary>What a field holds, with the numbers of contactplatform.contacts.v1.FilterFieldType.</summary>
public enum FilterType
{
    /// <summary>Text.</summary>
    Text = 1,

    /// <summary>Decimal number.</summary>
    Number = 2,

    /// <summary>True or false.</summary>
    Boolean = 3,

    /// <summary>Day of the calendar.</summary>
    Date = 4,

    /// <summary>Moment.</summary>
    Time = 5,

    /// <summary>One of a few words.</summary>
    Choice = 6,

    /// <summary>Labels, of which a contact has any number.</summary>
    Label = 7,

    /// <summary>Static lists, of which a contact is on any number.</summary>
    List = 8,
}

/// <summary>Which comparators each type takes.</summary>
public static class FilterTypes
{
    private static readonly Comparator[] Same = [Comparator.Equal, Comparator.NotEqual, Comparator.Has];
    private static readonly Comparator[] All = Enum.GetValues<Comparator>();

    /// <summary>The table. `:` asks for a part of a text, and is `=` for every other type; with * it asks whether there is a value.</summary>
    public static readonly FrozenDictionary<FilterType, IReadOnlyList<Comparator>> Comparators = new Dictionary<FilterType, IReadOnlyList<Comparator>>
    {
        [FilterType.Text] = Same,
        [FilterType.Number] = All,
        [FilterType.Boolean] = Same,
        [FilterType.Date] = All,
        [FilterType.Time] = All,
        [FilterType.Choice] = Same,
        // A contact has many labels, so that none of them "is not" a name; NOT label:x says it.
        [FilterType.Label] = [Comparator.Equal, Comparator.Has],
        [FilterType.List] = [Comparator.Equal, Comparator.Has],
    }.ToFrozenDictionary();
}
