namespace ContactPlatform.Contacts.Filters;

/// <summary>A filter as it was read: a tree of clauses, nothing looked up yet.</summary>
/// <param name="Text">As it was sent.</param>
/// <param name="Root">The tree; an empty AND, which every contact fulfils, when the text is empty.</param>
/// <param name="Clauses">Its clauses in the order of the text.</param>
public sealed record Filter(string Text, FilterNode Root, IReadOnlyList<FilterClause> Clauses);

/// <summary>A node of the tree.</summary>
public abstract record FilterNode;

/// <summary>True when all parts are.</summary>
/// <param name="Parts">The parts; none of them is an AND itself.</param>
public sealed record FilterAnd(IReadOnlyList<FilterNode> Parts) : FilterNode;

/// <summary>True when one of the parts is.</summary>
/// <param name="Parts">At least two.</param>
public sealed record FilterOr(IReadOnlyList<FilterNode> Parts) : FilterNode;

/// <summary>True when the inner node is not.</summary>
/// <param name="Inner">The node.</param>
public sealed record FilterNot(FilterNode Inner) : FilterNode;

/// <summary>One comparison.</summary>
/// <param name="Index">Its place among the clauses, from 0.</param>
/// <param name="Field">Name of the field, as written.</param>
/// <param name="Comparator">How it is compared.</param>
/// <param name="Value">With what.</param>
/// <param name="Start">Where it begins in the text, from 0.</param>
/// <param name="End">Behind its last character.</param>
/// <param name="ComparatorStart">Where its comparator begins.</param>
public sealed record FilterClause(int Index, string Field, Comparator Comparator, FilterValue Value, int Start, int End, int ComparatorStart) : FilterNode;

/// <summary>A value as written, escapes resolved.</summary>
/// <param name="Text">The text without wildcards.</param>
/// <param name="Quoted">True when it stood in quotes.</param>
/// <param name="OpenStart">True when a * stood in front: any characters may.</param>
/// <param name="OpenEnd">True when a * stood behind.</param>
/// <param name="Start">Where it begins in the filter, from 0.</param>
public sealed record FilterValue(string Text, bool Quoted, bool OpenStart, bool OpenEnd, int Start)
{
    /// <summary>True for * alone.</summary>
    public bool IsAny => Text.Length == 0 && OpenStart;

    /// <summary>True when a wildcard is part of it.</summary>
    public bool IsOpen => OpenStart || OpenEnd;
}

/// <summary>Comparators.</summary>
public enum Comparator
{
    /// <summary>`=`</summary>
    Equal,

    /// <summary>`!=`</summary>
    NotEqual,

    /// <summary>`&lt;`</summary>
    Less,

    /// <summary>`&lt;=`</summary>
    LessOrEqual,

    /// <summary>`&gt;`</summary>
    Greater,

    /// <summary>`&gt;=`</summary>
    GreaterOrEqual,

    /// <summary>`:`</summary>
    Has,
}

/// <summary>Comparators as they are written.</summary>
public static class Comparators
{
    /// <summary>The sign.</summary>
    public static string Sign(this Comparator comparator) => comparator switch
    {
        Comparator.Equal => "=",
        Comparator.NotEqual => "!=",
        Comparator.Less => "<",
        Comparator.LessOrEqual => "<=",
        Comparator.Greater => ">",
        Comparator.GreaterOrEqual => ">=",
        _ => ":",
    };
}
