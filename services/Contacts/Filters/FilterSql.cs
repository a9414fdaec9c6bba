using System.Globalization;

namespace ContactPlatform.Contacts.Filters;

/// <summary>Contacts that fulfil a filter, as the parts of a statement; the same text for both databases. It takes `@account` besides its parameters.</summary>
/// <param name="From">What follows FROM; every contact comes once.</param>
/// <param name="Where">What follows WHERE.</param>
/// <param name="Id">The contact's id in it.</param>
/// <param name="Parameters">Values.</param>
public sealed record FilterQuery(string From, string Where, string Id, FilterParameters Parameters);

/// <summary>
/// Compiles a filter to one statement. Every look into a table begins with the account and goes by an index; contacts
/// themselves are read only where the filter asks for something that only they have.
/// </summary>
public sealed class FilterSql
{
    private readonly FilterParameters parameters = new();
    private int rows;

    internal FilterSql()
    {
    }

    /// <summary>Takes the values of everything that is written.</summary>
    internal FilterParameters Parameters => parameters;

    /// <summary>Compiles a filter.</summary>
    public static FilterQuery Compile(BoundFilter filter)
    {
        var sql = new FilterSql();
        var (from, where, id) = sql.Select(FilterTree.Of(filter));
        return new(from, where, id, sql.parameters);
    }

    internal (string From, string Where, string Id) Select(FilterTree tree)
    {
        var parts = tree is FilterJoin { All: true } all ? all.Parts : [tree];
        // A row of its own table says that the contact exists, so nothing needs to be read of contacts, unless asked for.
        var driver = parts.Any(IsOfContact) ? null : parts.OfType<FilterLeaf>().FirstOrDefault(l => !l.Negated && l.Rows.OnePerContact);
        var (row, table) = (NextRow(), driver?.Rows ?? FilterRows.Contacts);
        string[] conditions = [.. Own(driver, row, table), .. parts.Where(p => !ReferenceEquals(p, driver)).Select(p => Part(p, row))];
        return ($"{table.Table} {row}", string.Join(" AND ", conditions), $"{row}.contact_id");
    }

    /// <summary>What every row must fulfil that belongs to a leaf: account, key, condition.</summary>
    internal IEnumerable<string> Own(FilterLeaf? leaf, string row, FilterRows table)
    {
        yield return $"{row}.account_id = @account";
        if (leaf?.Key is { } key)
        {
            yield return $"{row}.{table.KeyColumn} = {parameters.Add(key)}";
        }
        if (leaf?.Condition is { } condition)
        {
            yield return $"({condition(row, parameters)})";
        }
    }

    private string Part(FilterTree part, string row) => part switch
    {
        FilterLeaf leaf => Leaf(leaf, row),
        FilterJoin { All: false } any when any.Parts.All(IsOfContact) => $"({string.Join(" OR ", any.Parts.Select(p => Part(p, row)))})",
        FilterJoin { All: true } all => all.Parts.Count == 0 ? "1 = 1" : $"({string.Join(" AND ", all.Parts.Select(p => Part(p, row)))})",
        FilterJoin any => $"{row}.contact_id IN ({string.Join(" UNION ALL ", Branches(any).Select(Set))})",
        _ => throw new InvalidOperationException($"no such part: {part.GetType().Name}"),
    };

    /// <summary>Writes whether the contact of a row fulfils a leaf; of contacts, where the leaf asks something of them.</summary>
    internal string Leaf(FilterLeaf leaf, string row)
    {
        if (leaf.OfContact)
        {
            var condition = $"({leaf.Condition!(row, parameters)})";
            return !leaf.Negated ? condition : leaf.NullColumn is { } column ? $"({row}.{column} IS NULL OR NOT {condition})" : $"NOT {condition}";
        }
        var other = NextRow();
        var conditions = Own(leaf, other, leaf.Rows).Append($"{other}.contact_id = {row}.contact_id");
        return $"{(leaf.Negated ? "NOT " : "")}EXISTS (SELECT 1 FROM {leaf.Rows.Table} {other} WHERE {string.Join(" AND ", conditions)})";
    }

    /// <summary>
    /// The sets that an OR is made of; conditions on contacts together are one. As sets, because each can then be read by
    /// its own index, where OR between EXISTS would look into every table for every contact.
    /// </summary>
    private static IEnumerable<FilterTree> Branches(FilterJoin any)
    {
        var ofContacts = any.Parts.Where(IsOfContact).ToList();
        return any.Parts.Where(p => !IsOfContact(p)).Concat(ofContacts.Count switch
        {
            0 => [],
            1 => ofContacts,
            _ => [new FilterJoin(false, ofContacts)],
        });
    }

    private string Set(FilterTree tree)
    {
        var (from, where, id) = Select(tree);
        return $"SELECT {id} FROM {from} WHERE {where}";
    }

    /// <summary>True for what is asked of contacts alone. An OR with other tables in it is not: it brings its own sets.</summary>
    private static bool IsOfContact(FilterTree tree) => tree switch
    {
        FilterLeaf leaf => leaf.OfContact,
        FilterJoin join => join.Parts.All(IsOfContact),
        _ => false,
    };

    internal string NextRow() => string.Create(CultureInfo.InvariantCulture, $"r{rows++}");
}
