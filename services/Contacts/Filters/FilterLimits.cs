namespace ContactPlatform.Contacts.Filters;

/// <summary>How much a filter may ask, beside <see cref="ServiceDefaults.Filters.FilterLength"/>; checked while it is read, before memory is spent on it.</summary>
public static class FilterLimits
{
    /// <summary>Clauses in a filter. Explaining one reads two columns a clause, and PostgreSQL returns at most 1,664.</summary>
    public const int Clauses = 500;

    /// <summary>Parentheses within each other.</summary>
    public const int Depth = 50;

    /// <summary>Characters in one value.</summary>
    public const int Value = 1000;
}
