namespace ContactPlatform.Contacts.Filters;

/// <summary>A filter whose fields, labels and values are known.</summary>
/// <param name="Filter">As it was read.</param>
/// <param name="Clauses">Its clauses, by <see cref="FilterClause.Index"/>.</param>
public sealed record BoundFilter(Filter Filter, IReadOnlyList<BoundClause> Clauses);

/// <summary>Writes a condition on a row of a table, with its values as parameters.</summary>
/// <param name="row">Alias of the row.</param>
/// <param name="parameters">Takes the values.</param>
public delegate string RowSql(string row, FilterParameters parameters);

/// <summary>What a clause asks of the database: whether the contact has a row of this kind.</summary>
/// <param name="Clause">The clause as it was read.</param>
/// <param name="Dimension">Its field.</param>
/// <param name="Rows">Table to look into.</param>
/// <param name="Key">Label or custom field that the row is about; null when the table has no key.</param>
/// <param name="Condition">What the row must fulfil; null when it only has to be there. Unknown counts as no.</param>
public sealed record BoundClause(FilterClause Clause, Dimension Dimension, FilterRows Rows, long? Key, RowSql? Condition)
{
    /// <summary>True when the clause holds for those who have no such row.</summary>
    public bool Inverted { get; init; }

    /// <summary>Writes the value of such a row that is shown when the clause is explained.</summary>
    public required RowSql Shown { get; init; }

    /// <summary>What is shown for a contact without a row; null when that is "no value".</summary>
    public object? ShownWithoutRow { get; init; }
}
