using System.Globalization;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Filters;

/// <summary>Gives each clause of a filter its meaning, or says at which character it has none. Pure.</summary>
public static class FilterBinder
{
    /// <summary>Characters of choices in a message.</summary>
    private const int MaximumListed = 300;

    /// <summary>Binds a filter.</summary>
    /// <exception cref="RefusalException">INVALID_FIELD with the position and what would be accepted.</exception>
    public static BoundFilter Bind(Filter filter, FilterScope scope) => new(filter, [.. filter.Clauses.Select(c => Bind(filter.Text, c, scope))]);

    private static BoundClause Bind(string filter, FilterClause clause, FilterScope scope)
    {
        var dimension = Find(filter, clause, scope);
        var allowed = FilterTypes.Comparators[dimension.Type];
        if (!allowed.Contains(clause.Comparator))
        {
            var negation = clause.Comparator == Comparator.NotEqual ? $"; NOT {dimension.Name}:… says that it is missing" : "";
            throw FilterFault.At(filter, clause.ComparatorStart, $"{dimension.Name} cannot be compared with {clause.Comparator.Sign()}", string.Join(" ", allowed.Select(Comparators.Sign)) + negation);
        }
        var value = clause.Value;
        if (value.IsAny)
        {
            return clause.Comparator == Comparator.Has ? ClauseSql.Any(clause, dimension, Key(dimension, scope), scope)
                : throw FilterFault.At(filter, value.Start, "* alone", $": before it, which asks whether there is a value, or another value than *");
        }
        if (value.IsOpen && dimension.Type is not FilterType.Text)
        {
            throw FilterFault.At(filter, value.Start, $"* in a value of {dimension.Name}", $"{Accepted(dimension)}; only texts take *");
        }
        return dimension.Type switch
        {
            FilterType.Text => ClauseSql.Text(clause, dimension, Key(dimension, scope), Fold(filter, clause, dimension)),
            FilterType.Number => ClauseSql.Ordered(clause, dimension, Key(dimension, scope), Number(FilterValues.Number(value.Text) ?? throw Wrong())),
            FilterType.Boolean => ClauseSql.Boolean(clause, dimension, Key(dimension, scope), FilterValues.Boolean(value.Text) ?? throw Wrong()),
            FilterType.Date => ClauseSql.Ordered(clause, dimension, Key(dimension, scope), FilterValues.Date(value.Text, scope.Now) ?? throw Wrong()),
            FilterType.Time => ClauseSql.Time(clause, dimension, Key(dimension, scope), FilterValues.Time(value.Text, scope.Now) ?? throw Wrong()),
            FilterType.Choice => ClauseSql.Choice(clause, dimension, Key(dimension, scope), Choice(value.Text, dimension) ?? throw Wrong(), scope),
            _ => Named(filter, clause, dimension, dimension.Type == FilterType.Label ? scope.Labels : scope.Lists),
        };

        RefusalException Wrong() => FilterFault.At(filter, value.Start, $"{FilterFault.Show(value.Text)} is no value of {dimension.Name}", Accepted(dimension));
    }

    private static Dimension Find(string filter, FilterClause clause, FilterScope scope)
    {
        if ((Dimensions.IsCustom(clause.Field) ? scope.Fields.GetValueOrDefault(clause.Field.ToLowerInvariant()) : Dimensions.Find(clause.Field)) is { } found)
        {
            return found;
        }
        var near = Dimensions.Nearest(clause.Field, Dimensions.All.Select(d => d.Name).Concat(scope.Fields.Keys));
        throw FilterFault.At(filter, clause.Start, $"there is no field {FilterFault.Show(clause.Field)}", $"the name of a field; the nearest are {string.Join(", ", near)}");
    }

    private static long? Key(Dimension dimension, FilterScope scope) => dimension.Rows == FilterRows.Fields ? scope.FieldIds[dimension.Name] : dimension.SequenceId;

    /// <summary>Whole numbers stay whole: so the database need not turn each of the column's into a decimal.</summary>
    private static object Number(decimal number)
    {
        if (decimal.IsInteger(number) && Math.Abs(number) <= int.MaxValue)
        {
            return decimal.ToInt64(number);
        }
        return number;
    }

    private static string Fold(string filter, FilterClause clause, Dimension dimension)
    {
        var whole = clause.Comparator != Comparator.Has && !clause.Value.IsOpen;
        return dimension.Fold(clause.Value.Text, whole, out var folded) is not { } expected ? folded
            : throw FilterFault.At(filter, clause.Value.Start, $"{FilterFault.Show(clause.Value.Text)} is no value of {dimension.Name}", expected);
    }

    /// <summary>The word of a choice, however its case and its blanks are written.</summary>
    private static string? Choice(string text, Dimension dimension)
    {
        if (dimension.Choice is null)
        {
            var key = TextKey.Of(text);
            return dimension.Choices!.Any(c => TextKey.Of(c) == key) ? key : null;
        }
        var word = text.Trim().ToUpperInvariant().Replace(' ', '_').Replace('-', '_');
        return dimension.Choices!.Contains(word) ? word : null;
    }

    private static BoundClause Named(string filter, FilterClause clause, Dimension dimension, FilterNames names)
    {
        var text = clause.Value.Text;
        var known = dimension.ById ? long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && names.Names.ContainsKey(id) : names.Ids.TryGetValue(TextKey.Of(text), out id);
        return known ? ClauseSql.Named(clause, dimension, id, names.Names[id])
            : throw FilterFault.At(filter, clause.Value.Start, $"there is no {dimension.Noun} {(dimension.ById ? "" : "named ")}{FilterFault.Show(text)}", Accepted(dimension));
    }

    /// <summary>Choices as a message lists them: it travels in headers, which clients bound, and there may be 200 of 100 characters.</summary>
    private static string Listed(IReadOnlyList<string> choices)
    {
        var listed = choices.Take(30).TakeWhile((_, i) => choices.Take(i + 1).Sum(c => c.Length) <= MaximumListed).DefaultIfEmpty(choices[0]).ToList();
        return string.Join(", ", listed) + (listed.Count < choices.Count ? $" or another of the {choices.Count}" : "");
    }

    private static string Accepted(Dimension dimension) => dimension.Type switch
    {
        FilterType.Number => FilterValues.Numbers,
        FilterType.Boolean => FilterValues.Booleans,
        FilterType.Date => FilterValues.Dates,
        FilterType.Time => FilterValues.Times,
        FilterType.Choice => "one of " + Listed(dimension.Choices!),
        FilterType.Label or FilterType.List => dimension.ById ? $"the id of a {dimension.Noun} of the account" : $"the name of a {dimension.Noun} of the account, or * for any",
        _ => "text",
    };
}
