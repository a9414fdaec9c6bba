using ContactPlatform.Contacts.Contacts;
using ContactPlatform.ServiceDefaults.Filters;

namespace ContactPlatform.Contacts.Filters;

/// <summary>Reads a filter by the grammar of filter.ebnf.</summary>
public sealed class FilterParser
{
    private const string Clause = "a clause such as label:vip, NOT, - or (";

    private readonly string text;
    private readonly FilterScanner scan;
    private readonly List<FilterClause> clauses = [];
    private int depth;

    private FilterParser(string text) => (this.text, scan) = (text, new(text));

    /// <summary>Reads a filter.</summary>
    /// <exception cref="ServiceDefaults.Errors.RefusalException">INVALID_FIELD with the position; LIMIT_EXCEEDED.</exception>
    public static Filter Parse(string text)
    {
        if (text.Length > FilterLength.Maximum)
        {
            throw FilterFault.Limit("characters", FilterLength.Maximum, text.Length);
        }
        CheckCharacters(text);
        var parser = new FilterParser(text);
        parser.scan.SkipBlanks();
        var root = parser.scan.AtEnd ? new FilterAnd([]) : parser.Expression();
        return parser.scan.AtEnd ? new(text, root, parser.clauses)
            : throw parser.scan.Unexpected(parser.scan.Next == ')' ? "the end, or ( before it" : $"AND, OR, {Clause}, or the end");
    }

    private FilterNode Expression()
    {
        var parts = new List<FilterNode>();
        do
        {
            // An AND within an AND is one: parentheses that change nothing cost nothing.
            var part = Factor();
            parts.AddRange(part is FilterAnd and ? and.Parts : [part]);
            scan.SkipBlanks();
        }
        while (scan.TakeWord("AND") || (!scan.AtEnd && scan.Next != ')'));
        return parts.Count == 1 ? parts[0] : new FilterAnd(parts);
    }

    private FilterNode Factor()
    {
        var parts = new List<FilterNode>();
        do
        {
            var part = Term();
            parts.AddRange(part is FilterOr or ? or.Parts : [part]);
            scan.SkipBlanks();
        }
        while (scan.TakeWord("OR"));
        return parts.Count == 1 ? parts[0] : new FilterOr(parts);
    }

    private FilterNode Term()
    {
        scan.SkipBlanks();
        if (scan.TakeWord("NOT"))
        {
            scan.SkipBlanks();
            return new FilterNot(Simple());
        }
        return scan.Take('-') ? new FilterNot(Simple()) : Simple();
    }

    private FilterNode Simple()
    {
        var start = scan.At;
        if (!scan.Take('('))
        {
            return Comparison();
        }
        if (++depth > FilterLimits.Depth)
        {
            throw FilterFault.At(text, start, $"parentheses are more than {FilterLimits.Depth} deep", $"at most {FilterLimits.Depth} within each other");
        }
        var inner = Expression();
        if (!scan.Take(')'))
        {
            throw scan.Unexpected("a closing parenthesis");
        }
        depth--;
        return inner;
    }

    private FilterClause Comparison()
    {
        var start = scan.At;
        var name = scan.ReadName(Clause);
        scan.SkipBlanks();
        var sign = scan.At;
        var comparator = scan.ReadComparator(name);
        scan.SkipBlanks();
        var clause = new FilterClause(clauses.Count, name, comparator, scan.ReadValue(), start, scan.At, sign);
        if (clauses.Count == FilterLimits.Clauses)
        {
            throw FilterFault.At(text, start, $"this is clause {clauses.Count + 1}", $"at most {FilterLimits.Clauses} clauses");
        }
        clauses.Add(clause);
        return clause;
    }

    private static void CheckCharacters(string text)
    {
        if (!EmailAddress.IsWellFormed(text))
        {
            throw FilterFault.At(text, 0, "the filter contains a broken character", "Unicode text");
        }
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]) && text[i] is not ('\t' or '\r' or '\n'))
            {
                throw FilterFault.At(text, i, "a control character stands here", "printable text");
            }
        }
    }
}
