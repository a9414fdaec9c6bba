namespace ContactPlatform.Contacts.Filters;

/// <summary>One statement that evaluates each clause of a filter, and the whole, for one contact (`@contact`).</summary>
/// <param name="Text">Two columns a clause, whether it holds (1 or 0) and the value that is shown, then one for the whole; no row when there is no contact.</param>
/// <param name="Parameters">Values.</param>
public sealed record FilterExplanation(string Text, FilterParameters Parameters)
{
    /// <summary>Compiles it.</summary>
    public static FilterExplanation Compile(BoundFilter filter)
    {
        var sql = new FilterSql();
        var contact = sql.NextRow();
        var columns = filter.Clauses.SelectMany(c => new[] { Truth(sql.Leaf(FilterLeaf.Of(c, negated: false), contact)), Shown(c, contact, sql) }).ToList();
        var (from, where, id) = sql.Select(FilterTree.Of(filter));
        columns.Add(Truth($"EXISTS (SELECT 1 FROM {from} WHERE {where} AND {id} = @contact)"));
        return new($"SELECT {string.Join(", ", columns)} FROM contacts {contact} WHERE {contact}.account_id = @account AND {contact}.contact_id = @contact", sql.Parameters);
    }

    private static string Truth(string condition) => $"CASE WHEN {condition} THEN 1 ELSE 0 END";

    private static string Shown(BoundClause clause, string contact, FilterSql sql)
    {
        if (clause.Rows == FilterRows.Contacts)
        {
            return clause.Shown(contact, sql.Parameters);
        }
        // The row as such, whatever the clause asks of it.
        var row = sql.NextRow();
        var conditions = sql.Own(FilterLeaf.Of(clause with { Condition = null }, negated: false), row, clause.Rows).Append($"{row}.contact_id = {contact}.contact_id");
        var value = $"(SELECT {clause.Shown(row, sql.Parameters)} FROM {clause.Rows.Table} {row} WHERE {string.Join(" AND ", conditions)})";
        return clause.ShownWithoutRow is { } other ? $"COALESCE({value}, {sql.Parameters.Add(other)})" : value;
    }
}
