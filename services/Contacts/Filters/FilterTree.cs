namespace ContactPlatform.Contacts.Filters;

/// <summary>A filter as SQL takes it: NOT stands at the leaves only, where a missing value cannot make it unknown.</summary>
internal abstract record FilterTree
{
    /// <summary>Builds the tree of a filter.</summary>
    public static FilterTree Of(BoundFilter filter) => Of(filter.Filter.Root, filter.Clauses, negated: false);

    private static FilterTree Of(FilterNode node, IReadOnlyList<BoundClause> clauses, bool negated) => node switch
    {
        FilterNot not => Of(not.Inner, clauses, !negated),
        FilterAnd and => Join([.. and.Parts.Select(p => Of(p, clauses, negated))], all: !negated),
        FilterOr or => Join([.. or.Parts.Select(p => Of(p, clauses, negated))], all: negated),
        FilterClause clause => FilterLeaf.Of(clauses[clause.Index], negated),
        _ => throw new InvalidOperationException($"no such node: {node.GetType().Name}"),
    };

    private static FilterTree Join(IReadOnlyList<FilterTree> parts, bool all)
    {
        var flat = parts.SelectMany(p => p is FilterJoin join && join.All == all ? join.Parts : [p]);
        var merged = FilterLeaf.Merge(flat, all);
        return merged.Count == 1 ? merged[0] : new FilterJoin(all, merged);
    }
}

/// <summary>All of the parts, or one of them.</summary>
/// <param name="All">True for AND.</param>
/// <param name="Parts">The parts; an empty AND is true.</param>
internal sealed record FilterJoin(bool All, IReadOnlyList<FilterTree> Parts) : FilterTree;

/// <summary>The contact has a row that fulfils the condition, or has none.</summary>
/// <param name="Rows">The table.</param>
/// <param name="Key">Label or field.</param>
/// <param name="Negated">True for: has none.</param>
/// <param name="Condition">The condition; null for any row.</param>
/// <param name="NullColumn">Column whose NULL would make a condition on contacts unknown.</param>
internal sealed record FilterLeaf(FilterRows Rows, long? Key, bool Negated, RowSql? Condition, string? NullColumn) : FilterTree
{
    public bool OfContact => Rows == FilterRows.Contacts;

    public static FilterLeaf Of(BoundClause clause, bool negated) => new(
        clause.Rows, clause.Key, negated != clause.Inverted, clause.Condition, clause.Rows == FilterRows.Contacts && clause.Dimension.CanBeNull ? clause.Dimension.Column : null);

    /// <summary>Fields or labels that are looked for one by one; more of them are found in one look at all of a contact's.</summary>
    private const int Apart = 8;

    /// <summary>Puts questions about the same rows into one.</summary>
    public static IReadOnlyList<FilterTree> Merge(IEnumerable<FilterTree> parts, bool all) => OneLook(OneRow(parts, all), all);

    /// <summary>Questions about one and the same row: a range of a field, or many values of it.</summary>
    private static List<FilterTree> OneRow(IEnumerable<FilterTree> parts, bool all)
    {
        var merged = new List<FilterTree>();
        var places = new Dictionary<(FilterRows, long?, bool), int>();
        foreach (var part in parts)
        {
            if (part is FilterLeaf { OfContact: false, Rows.OnePerContact: true } leaf)
            {
                if (places.TryGetValue((leaf.Rows, leaf.Key, leaf.Negated), out var place))
                {
                    var first = (FilterLeaf)merged[place];
                    merged[place] = first with { Condition = Join(first.Condition, leaf.Condition, all != leaf.Negated) };
                    continue;
                }
                places.Add((leaf.Rows, leaf.Key, leaf.Negated), merged.Count);
            }
            merged.Add(part);
        }
        return merged;
    }

    /// <summary>One of many fields or labels, or none of them: any row that is about one of them.</summary>
    private static List<FilterTree> OneLook(List<FilterTree> parts, bool all)
    {
        var groups = parts.OfType<FilterLeaf>().Where(l => l.Key is not null && l.Negated == all).GroupBy(l => l.Rows).Where(g => g.Count() > Apart).Select(g => g.ToList()).ToList();
        var grouped = groups.SelectMany(g => g).ToHashSet(ReferenceEqualityComparer.Instance);
        return [.. parts.Where(p => !grouped.Contains(p)), .. groups.Select(g => new FilterLeaf(g[0].Rows with { OnePerContact = false }, null, all, OneOf(g), null))];
    }

    private static RowSql OneOf(List<FilterLeaf> leaves) => (row, p) =>
    {
        var column = $"{row}.{leaves[0].Rows.KeyColumn}";
        var alone = leaves.Where(l => l.Condition is null).Select(l => p.Add(l.Key!.Value)).ToList();
        return string.Join(" OR ", leaves.Where(l => l.Condition is not null).Select(l => $"{column} = {p.Add(l.Key!.Value)} AND ({l.Condition!(row, p)})")
            .Concat(alone.Count > 0 ? [$"{column} IN ({string.Join(", ", alone)})"] : []));
    };

    private static RowSql? Join(RowSql? one, RowSql? other, bool and) => (one, other) switch
    {
        (null, _) => and ? other : null,
        (_, null) => and ? one : null,
        _ => (row, p) => $"({one(row, p)}) {(and ? "AND" : "OR")} ({other(row, p)})",
    };
}
