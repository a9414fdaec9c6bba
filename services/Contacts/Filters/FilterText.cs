namespace ContactPlatform.Contacts.Filters;

/// <summary>Writes a filter as it was understood.</summary>
public static class FilterText
{
    /// <summary>The filter with AND written out, and parentheses wherever precedence decides.</summary>
    public static string Explicit(Filter filter) => Write(filter.Root, filter.Text, outermost: true);

    /// <summary>A clause as it was written.</summary>
    public static string Of(Filter filter, FilterClause clause) => filter.Text[clause.Start..clause.End];

    /// <summary>Where a clause begins, in characters from 1.</summary>
    public static int Position(Filter filter, FilterClause clause) => filter.Text.CharacterAt(clause.Start);

    private static string Write(FilterNode node, string text, bool outermost = false) => node switch
    {
        FilterClause clause => text[clause.Start..clause.End],
        FilterNot { Inner: FilterNot inner } => $"NOT ({Write(inner, text)})",
        FilterNot not => $"NOT {Write(not.Inner, text)}",
        FilterAnd and => Enclosed(string.Join(" AND ", and.Parts.Select(p => Write(p, text))), outermost),
        FilterOr or => Enclosed(string.Join(" OR ", or.Parts.Select(p => Write(p, text))), outermost),
        _ => throw new InvalidOperationException($"no such node: {node.GetType().Name}"),
    };

    private static string Enclosed(string text, bool outermost) => outermost ? text : $"({text})";
}
