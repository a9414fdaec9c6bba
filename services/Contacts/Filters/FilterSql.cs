using System.Globalization;

namespace ContactPlatform.Contacts.Filters;

/// <summary>Contacts that fulfil a filter, as the parts of a statement; the same text for both databases. It takes `@account` besides its parameters.</summary>
/// <param name="From">What follows FROM; every contact comes once.</param>
/// <param name="Where">What follows WHERE.</param>
/// <param name="Id">The contact's id in it.</param>
/// <param name="Parameters">Values.</param>
public sealed record FilterQuery(string From, string Where, string Id, FilterParameters Parameters)
{
    /// <summary>Another way to the first contacts behind `@after`; null when there is none.</summary>
    public FilterWalk? Walk { get; init; }
}

/// <summary>
/// The contacts of a filter found along the members of a label or a list, which are kept in the order of contacts: each of them
/// is looked at by itself. For PostgreSQL, which takes a condition on a number or a day for rarer than it is, and would read
/// everybody who fulfils it for one page.
/// </summary>
/// <param name="From">What follows FROM for the members.</param>
/// <param name="Where">What follows WHERE for them.</param>
/// <param name="Id">The contact's id in it.</param>
/// <param name="Holds">What a member must fulfil, whose row is `d`.</param>
public sealed record FilterWalk(string From, string Where, string Id, string Holds);

/// <summary>
/// Compiles a filter to one statement. Every look into a table begins with the account and goes by an index; contacts
/// themselves are read only where the filter asks for something that only they have.
/// </summary>
public sealed class FilterSql
{
    /// <summary>
    /// Parts that the database may join in the order it likes. The time to find the best order grows with their factorial,
    /// and so does what a wrong guess costs; all others are looked up contact by contact.
    /// </summary>
    private const int MaximumJoins = 6;

    private readonly bool paged;
    private bool walking;
    private int rows;

    internal FilterSql(bool paged = false) => this.paged = paged;

    /// <summary>Takes the values of everything that is written.</summary>
    internal FilterParameters Parameters { get; } = new();

    /// <summary>Compiles a filter.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="paged">True when only contacts behind `@after` are asked for: so every walk along an index begins there, too.</param>
    public static FilterQuery Compile(BoundFilter filter, bool paged = false)
    {
        var sql = new FilterSql(paged);
        var (from, where, id) = sql.Select(FilterTree.Of(filter));
        return new(from, where, id, sql.Parameters) { Walk = paged ? sql.Walk(FilterTree.Of(filter)) : null };
    }

    /// <summary>Writes the walk along the first label or list of an AND; null when it has none, or asks something of contacts themselves.</summary>
    private FilterWalk? Walk(FilterTree tree)
    {
        var parts = tree is FilterJoin { All: true } all ? all.Parts : [];
        if (parts.OfType<FilterLeaf>().FirstOrDefault(l => l is { Negated: false, Key: not null, Condition: null }) is not { } driver || parts.Count < 2 || parts.Any(p => AsksContact(p, joined: false)))
        {
            return null;
        }
        walking = true;
        var row = NextRow();
        return new($"{driver.Rows.Table} {row}", string.Join(" AND ", Own(driver, row, driver.Rows)), $"{row}.contact_id",
            string.Join(" AND ", parts.Where(p => !ReferenceEquals(p, driver)).Select(p => Inline(p, "d"))));
    }

    /// <summary>Writes a query of contacts.</summary>
    internal (string From, string Where, string Id) Select(FilterTree tree)
    {
        var parts = tree is FilterJoin { All: true } all ? all.Parts : [tree];
        var joined = parts.Where(IsJoin).Take(MaximumJoins).ToHashSet(ReferenceEqualityComparer.Instance);
        // A row of its own table says that the contact exists, so nothing needs to be read of contacts, unless asked for.
        var driver = parts.Any(p => AsksContact(p, joined.Contains(p))) ? null : parts.OfType<FilterLeaf>().FirstOrDefault(l => !l.Negated && l.Rows.OnePerContact);
        var (row, table) = (NextRow(), driver?.Rows ?? FilterRows.Contacts);
        string[] conditions = [.. Own(driver, row, table), .. parts.Where(p => !ReferenceEquals(p, driver)).Select(p => joined.Contains(p) ? Joined(p, row) : Looked(p, row))];
        return ($"{table.Table} {row}", string.Join(" AND ", conditions), $"{row}.contact_id");
    }

    /// <summary>What every row must fulfil that belongs to a leaf: account, key, condition.</summary>
    internal IEnumerable<string> Own(FilterLeaf? leaf, string row, FilterRows table)
    {
        yield return $"{row}.account_id = @account";
        if (leaf?.Key is { } key)
        {
            yield return $"{row}.{table.KeyColumn} = {Parameters.Add(key)}";
        }
        if (leaf?.Condition is { } condition)
        {
            yield return $"({condition(row, Parameters)})";
        }
    }

    /// <summary>Writes whether the contact of a row fulfils a leaf; of contacts, where the leaf asks something of them.</summary>
    internal string Leaf(FilterLeaf leaf, string row)
    {
        if (leaf.OfContact)
        {
            var condition = $"({leaf.Condition!(row, Parameters)})";
            return !leaf.Negated ? condition : leaf.NullColumn is { } column ? $"({row}.{column} IS NULL OR NOT {condition})" : $"NOT {condition}";
        }
        var other = NextRow();
        var conditions = Own(leaf, other, leaf.Rows).Append($"{other}.contact_id = {row}.contact_id").Concat(paged ? [$"{other}.contact_id > @after"] : []);
        // OFFSET 0 keeps PostgreSQL from finding everybody first who has such a row.
        return $"{(leaf.Negated ? "NOT " : "")}EXISTS (SELECT 1 FROM {leaf.Rows.Table} {other} WHERE {string.Join(" AND ", conditions)}{(walking ? " OFFSET 0" : "")})";
    }

    internal string NextRow() => string.Create(CultureInfo.InvariantCulture, $"r{rows++}");

    /// <summary>A part as the database can join it: EXISTS, or the sets that an OR is made of, each of which is read by its own index.</summary>
    private string Joined(FilterTree part, string row) => part is FilterLeaf leaf ? Leaf(leaf, row)
        : $"{row}.contact_id IN ({string.Join(" UNION ", Sets((FilterJoin)part).Select(Set))})";

    /// <summary>A part that is looked up for each contact. OR with what is false keeps PostgreSQL from joining it all the same.</summary>
    private string Looked(FilterTree part, string row) => part is FilterLeaf { OfContact: false } ? $"({Inline(part, row)} OR 1 = 0)" : Inline(part, row);

    private string Inline(FilterTree part, string row) => part switch
    {
        FilterLeaf leaf => Leaf(leaf, row),
        FilterJoin { Parts.Count: 0 } => "1 = 1",
        FilterJoin join => $"({string.Join(join.All ? " AND " : " OR ", join.Parts.Select(p => Inline(p, row)))})",
        _ => throw new InvalidOperationException($"no such part: {part.GetType().Name}"),
    };

    private string Set(FilterTree tree)
    {
        var (from, where, id) = Select(tree);
        return $"SELECT {id} FROM {from} WHERE {where}{(paged ? $" AND {id} > @after" : "")}";
    }

    /// <summary>The sets of an OR; what is asked of contacts is one of them.</summary>
    private static IEnumerable<FilterTree> Sets(FilterJoin any)
    {
        var ofContacts = any.Parts.Where(IsOfContact).ToList();
        return any.Parts.Where(p => !IsOfContact(p)).Concat(ofContacts.Count switch
        {
            0 => [],
            1 => ofContacts,
            _ => [new FilterJoin(false, ofContacts)],
        });
    }

    /// <summary>
    /// True for what can be joined without a risk: leaves of other tables, and an OR of them. Each of its sets is one walk
    /// along one index, in the order of contacts where it compares with one value.
    /// </summary>
    private static bool IsJoin(FilterTree part) => part switch
    {
        FilterLeaf leaf => !leaf.OfContact,
        FilterJoin { All: false } any => !IsOfContact(any) && any.Parts.All(p => IsOfContact(p) || p is FilterLeaf { Negated: false }),
        _ => false,
    };

    /// <summary>True for what is asked of contacts alone.</summary>
    private static bool IsOfContact(FilterTree part) => part switch
    {
        FilterLeaf leaf => leaf.OfContact,
        FilterJoin join => join.Parts.All(IsOfContact),
        _ => false,
    };

    /// <summary>True when a part reads something of the contact itself; an OR that is joined brings its own rows.</summary>
    private static bool AsksContact(FilterTree part, bool joined) => part switch
    {
        FilterLeaf leaf => leaf.OfContact,
        FilterJoin join => !joined && (join.Parts.Count == 0 || join.Parts.Any(p => AsksContact(p, joined: false))),
        _ => false,
    };
}
