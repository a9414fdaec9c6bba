using ContactPlatform.Contacts.SequencesProjection;

namespace ContactPlatform.Contacts.Filters;

/// <summary>
/// What each kind of clause asks of the database. A comparison with a value that is missing is false, also !=; so each
/// condition holds only for rows that have a value, and NOT is left to the compiler.
/// </summary>
internal static class ClauseSql
{
    /// <summary>The status of contacts of which another service never told.</summary>
    private static short Untold(Dimension dimension) =>
        dimension.Choice == FilterChoice.Engagement ? (short)Sequences.V1.EngagementStatus.Open : (short)Deliverability.V1.DeliverabilityStatus.New;

    /// <summary>Who has no row is not lost, or has not opted out: that is an answer too.</summary>
    private static bool IsFalseWithoutRow(Dimension dimension) => dimension.Type == FilterType.Boolean && (dimension.Rows == FilterRows.Stages || dimension.Rows == FilterRows.Outreach);

    /// <summary>`field:*`: there is a value.</summary>
    public static BoundClause Any(FilterClause clause, Dimension dimension, long? key, FilterScope scope) => dimension switch
    {
        { Noun: not null } => Bound(clause, dimension, null, null) with
        {
            Rows = dimension.Type == FilterType.Label ? FilterRows.AnyLabel : FilterRows.AnyList, Shown = (row, _) => $"COUNT({row}.{dimension.Column})",
        },
        { Choice: FilterChoice.Stage } => Staged(clause, dimension, scope, (row, p) => $"{row}.lost = {p.Add(true)}", inverted: true),
        { Choice: FilterChoice.LostFrom } => Staged(clause, dimension, scope, (row, p) => $"{row}.lost = {p.Add(true)}"),
        _ when IsFalseWithoutRow(dimension) => Bound(clause, dimension, key, (_, _) => "1 = 0") with { Inverted = true, ShownWithoutRow = false },
        { Choice: FilterChoice.Deliverability or FilterChoice.Engagement } => OfMail(clause, dimension, (_, _) => "1 = 0", inverted: true),
        { Choice: FilterChoice.Sequence } => Bound(clause, dimension, key, (row, _) => $"{row}.words <> 0"),
        _ => Bound(clause, dimension, key, Present(dimension)),
    };

    /// <summary>Texts: the whole, or a part of it.</summary>
    public static BoundClause Text(FilterClause clause, Dimension dimension, long? key, string value)
    {
        var (negative, open) = (clause.Comparator == Comparator.NotEqual, clause.Value.IsOpen || clause.Comparator == Comparator.Has);
        var pattern = Pattern(clause, value);
        return Bound(clause, dimension, key, (row, p) => open
            ? $"{row}.{dimension.Column} {(negative ? "NOT LIKE" : "LIKE")} {p.Add(pattern)} ESCAPE '!'{NotEmpty(row)}"
            : $"{row}.{dimension.Column} {(negative ? "<>" : "=")} {p.Add(value)}{NotEmpty(row)}");

        // What is equal to a value is not empty; what is another may be, and then it is missing.
        string NotEmpty(string row) => negative && dimension.CanBeEmpty ? $" AND {row}.{dimension.Column} <> ''" : "";
    }

    /// <summary>Numbers and days.</summary>
    public static BoundClause Ordered(FilterClause clause, Dimension dimension, long? key, object value) =>
        Bound(clause, dimension, key, (row, p) => $"{row}.{dimension.Column} {Sql(clause.Comparator)} {p.Add(value)}");

    /// <summary>Moments, compared with a moment or with a whole day.</summary>
    public static BoundClause Time(FilterClause clause, Dimension dimension, long? key, FilterSpan span) => span.IsMoment
        ? Ordered(clause, dimension, key, span.Begin)
        : Bound(clause, dimension, key, (row, p) =>
        {
            var column = $"{row}.{dimension.Column}";
            return clause.Comparator switch
            {
                Comparator.NotEqual => $"({column} < {p.Add(span.Begin)} OR {column} >= {p.Add(span.End)})",
                Comparator.Less => $"{column} < {p.Add(span.Begin)}",
                Comparator.LessOrEqual => $"{column} < {p.Add(span.End)}",
                Comparator.Greater => $"{column} >= {p.Add(span.End)}",
                Comparator.GreaterOrEqual => $"{column} >= {p.Add(span.Begin)}",
                _ => $"{column} >= {p.Add(span.Begin)} AND {column} < {p.Add(span.End)}",
            };
        });

    /// <summary>True or false.</summary>
    public static BoundClause Boolean(FilterClause clause, Dimension dimension, long? key, bool value)
    {
        var wanted = value != (clause.Comparator == Comparator.NotEqual);
        return IsFalseWithoutRow(dimension)
            ? Bound(clause, dimension, key, (row, p) => $"{row}.{dimension.Column} = {p.Add(true)}") with { Inverted = !wanted, ShownWithoutRow = false }
            : Bound(clause, dimension, key, (row, p) => $"{row}.{dimension.Column} = {p.Add(wanted)}");
    }

    /// <summary>One of a few words.</summary>
    public static BoundClause Choice(FilterClause clause, Dimension dimension, long? key, string word, FilterScope scope)
    {
        var negative = clause.Comparator == Comparator.NotEqual;
        if (dimension.Choice is null)
        {
            return Bound(clause, dimension, key, (row, p) => $"{row}.{dimension.Column} {(negative ? "<>" : "=")} {p.Add(word)}");
        }
        var number = (short)(dimension.Choices!.ToList().IndexOf(word) + 1);
        var isDefault = number == (short)scope.DefaultStage;
        return dimension.Choice switch
        {
            // Those with no stage of their own, many of them without a row, have the default: so it is "none that is another, or lost".
            FilterChoice.Stage when isDefault != negative => Staged(clause, dimension, scope,
                (row, p) => $"({row}.stage {(negative ? "=" : "<>")} {p.Add(number)} OR {row}.lost = {p.Add(true)})", inverted: true),
            FilterChoice.Stage => Staged(clause, dimension, scope,
                (row, p) => $"{row}.stage {(negative ? "<>" : "=")} {p.Add(number)} AND {row}.lost = {p.Add(false)}"),
            FilterChoice.LostFrom => Staged(clause, dimension, scope, (row, p) => isDefault != negative
                ? $"({row}.stage {(negative ? "<>" : "=")} {p.Add(number)} OR {row}.stage IS NULL) AND {row}.lost = {p.Add(true)}"
                : $"{row}.stage {(negative ? "<>" : "=")} {p.Add(number)} AND {row}.lost = {p.Add(true)}"),
            // Who has no row is New, or Open, so what that fulfils is asked as "none that is another".
            FilterChoice.Deliverability or FilterChoice.Engagement => (number == Untold(dimension)) != negative
                ? OfMail(clause, dimension, (row, p) => $"{row}.{dimension.Column} {(negative ? "=" : "<>")} {p.Add(number)}", inverted: true)
                : OfMail(clause, dimension, (row, p) => $"{row}.{dimension.Column} {(negative ? "<>" : "=")} {p.Add(number)}"),
            FilterChoice.Sequence => Bound(clause, dimension, key, (row, p) => $"({row}.words & {p.Add(SequenceWords.Bit(number - 1))}) {(negative ? "=" : "<>")} 0{(negative ? $" AND {row}.words <> 0" : "")}"),
            _ => Bound(clause, dimension, key, (row, p) => $"{row}.{dimension.Column} {(negative ? "<>" : "=")} {p.Add(number)}"),
        };
    }

    /// <summary>Carries a label, or is on a list.</summary>
    public static BoundClause Named(FilterClause clause, Dimension dimension, long id, string name) =>
        Bound(clause, dimension, id, null) with { Shown = (_, p) => p.Add(name) };

    private static BoundClause Staged(FilterClause clause, Dimension dimension, FilterScope scope, RowSql condition, bool inverted = false)
    {
        var (own, lost) = ((short)scope.DefaultStage, dimension.Choice == FilterChoice.LostFrom);
        return Bound(clause, dimension, null, condition) with
        {
            Inverted = inverted,
            // 0: none.
            Shown = (row, p) => $"CASE WHEN {row}.lost = {p.Add(lost)} THEN COALESCE({row}.stage, {p.Add(own)}) ELSE {p.Add((short)0)} END",
            ShownWithoutRow = lost ? null : own,
        };
    }

    private static BoundClause OfMail(FilterClause clause, Dimension dimension, RowSql condition, bool inverted = false) =>
        Bound(clause, dimension, null, condition) with { Inverted = inverted, ShownWithoutRow = Untold(dimension) };

    private static BoundClause Bound(FilterClause clause, Dimension dimension, long? key, RowSql? condition) =>
        new(clause, dimension, dimension.Rows, key, condition) { Shown = (row, _) => $"{row}.{dimension.Shown}" };

    private static RowSql Present(Dimension dimension) => (row, _) => (dimension.CanBeNull, dimension.CanBeEmpty) switch
    {
        (_, true) => $"{row}.{dimension.Column} <> ''",
        (true, false) => $"{row}.{dimension.Column} IS NOT NULL",
        _ => "1 = 1",
    };

    /// <summary>LIKE's pattern; ! makes its signs, and T-SQL's [, plain characters.</summary>
    private static string Pattern(FilterClause clause, string value)
    {
        var part = clause.Comparator == Comparator.Has && !clause.Value.IsOpen;
        var escaped = value.Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal)
            .Replace("_", "!_", StringComparison.Ordinal).Replace("[", "![", StringComparison.Ordinal);
        return $"{(clause.Value.OpenStart || part ? "%" : "")}{escaped}{(clause.Value.OpenEnd || part ? "%" : "")}";
    }

    private static string Sql(Comparator comparator) => comparator switch
    {
        Comparator.Has => "=",
        Comparator.NotEqual => "<>",
        _ => comparator.Sign(),
    };
}
