using System.Text;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Filters;

/// <summary>Takes a filter's text apart: names, comparators, values. What may stand where is the parser's business.</summary>
/// <param name="text">The filter.</param>
internal sealed class FilterScanner(string text)
{
    private const string Values = "a value: a word, a number, a date, or text in quotes";

    /// <summary>Quotes as text processors write them.</summary>
    private const string CurlyQuotes = "\u201C\u201D\u201E\u2018\u2019\u201A\u00AB\u00BB";

    /// <summary>Signs with their comparators; longer ones first.</summary>
    private static readonly (string Sign, Comparator Comparator)[] Signs =
        [.. Enum.GetValues<Comparator>().Select(c => (c.Sign(), c)).OrderByDescending(s => s.Item1.Length)];

    /// <summary>Where the next character is.</summary>
    public int At { get; private set; }

    /// <summary>True when nothing but blanks was left.</summary>
    public bool AtEnd => At == text.Length;

    /// <summary>The next character; NUL, which no filter holds, at the end.</summary>
    public char Next => AtEnd ? '\0' : text[At];

    /// <summary>Passes blanks.</summary>
    public void SkipBlanks()
    {
        while (!AtEnd && IsBlank(text[At]))
        {
            At++;
        }
    }

    /// <summary>Takes a character if it is the next.</summary>
    public bool Take(char c)
    {
        if (Next != c || AtEnd)
        {
            return false;
        }
        At++;
        return true;
    }

    /// <summary>Takes a keyword if it is the next word.</summary>
    public bool TakeWord(string word)
    {
        var end = WordEnd();
        if (!text.AsSpan(At, end - At).SequenceEqual(word))
        {
            return false;
        }
        At = end;
        return true;
    }

    /// <summary>Reads a field's name; a fault with what may stand here when there is none.</summary>
    public string ReadName(string expected)
    {
        var end = WordEnd();
        if (end == At)
        {
            throw Unexpected(expected);
        }
        var name = text[At..end];
        if (name is "AND" or "OR" or "NOT")
        {
            throw FilterFault.At(text, At, $"{name} stands where a clause should begin", expected);
        }
        At = end;
        return name;
    }

    /// <summary>Reads a comparator.</summary>
    public Comparator ReadComparator(string name)
    {
        foreach (var (sign, comparator) in Signs)
        {
            if (text.AsSpan(At).StartsWith(sign, StringComparison.Ordinal))
            {
                At += sign.Length;
                return comparator;
            }
        }
        const string expected = "one of = != < <= > >= :";
        throw name.ToUpperInvariant() is "AND" or "OR" or "NOT"
            ? FilterFault.At(text, At, $"{FilterFault.Show(name)} was read as a field", $"{expected}, or {name.ToUpperInvariant()} in capitals")
            : Unexpected($"{expected} after the field {FilterFault.Show(name)}");
    }

    /// <summary>Reads a value.</summary>
    public FilterValue ReadValue() => Next is '"' or '\'' ? ReadString(Next) : ReadBare();

    /// <summary>The fault that something else stands here.</summary>
    public RefusalException Unexpected(string expected) =>
        FilterFault.At(text, At, AtEnd ? "the filter ends" : $"{FilterFault.Show(Rune.TryGetRuneAt(text, At, out var rune) ? rune.ToString() : text[At..(At + 1)])} stands here", expected);

    private FilterValue ReadBare()
    {
        var start = At;
        if (!AtEnd && CurlyQuotes.Contains(Next, StringComparison.Ordinal))
        {
            throw Unexpected($"{Values}; a straight \" or ' opens and closes one");
        }
        while (!AtEnd && !IsBlank(Next) && !"()\"',=<>!\\".Contains(Next, StringComparison.Ordinal))
        {
            // It looks like the end of the value, which would go on behind it.
            if (char.IsWhiteSpace(Next))
            {
                throw FilterFault.At(text, At, "a blank of another kind stands here", "a plain blank, a tab or the end of a line; any other within quotes");
            }
            At++;
        }
        if (At == start)
        {
            throw Unexpected(Next == '(' ? $"{Values}; write one clause for each value" : Values);
        }
        if (!AtEnd && !IsBlank(Next) && Next != ')')
        {
            throw Unexpected("a blank or a closing parenthesis behind the value; put a value with such characters into quotes");
        }
        var word = text[start..At];
        if (word is "AND" or "OR" or "NOT")
        {
            throw FilterFault.At(text, start, $"{word} stands where a value should", $"{Values}; {word} itself in quotes");
        }
        return Value(word, [.. word.Select((c, i) => (c, i)).Where(c => c.c == '*').Select(c => c.i)], start, quoted: false, i => start + i);
    }

    private FilterValue ReadString(char quote)
    {
        var start = At++;
        var (value, stars, places) = (new StringBuilder(), new List<int>(), new List<int>());
        while (true)
        {
            if (AtEnd)
            {
                throw FilterFault.At(text, start, "the text in quotes does not end", $"a closing {quote}");
            }
            var c = text[At++];
            if (c == quote)
            {
                break;
            }
            if (c == '\\')
            {
                if (AtEnd || !"\\\"'*".Contains(Next, StringComparison.Ordinal))
                {
                    throw Unexpected("\\, \", ' or * behind a \\");
                }
                c = text[At++];
            }
            else if (c == '*')
            {
                stars.Add(value.Length);
                places.Add(At - 1);
            }
            value.Append(c);
        }
        if (!AtEnd && !IsBlank(Next) && Next != ')')
        {
            throw Unexpected("a blank or a closing parenthesis behind the value");
        }
        return Value(value.ToString(), stars, start, quoted: true, i => places[stars.IndexOf(i)]);
    }

    /// <summary>Takes the wildcards off a value.</summary>
    private FilterValue Value(string word, IReadOnlyList<int> stars, int start, bool quoted, Func<int, int> place)
    {
        if (word.Length > FilterLimits.Value)
        {
            throw FilterFault.At(text, start, $"the value has {word.Length} characters", $"at most {FilterLimits.Value}");
        }
        foreach (var star in stars)
        {
            if (star != 0 && star != word.Length - 1)
            {
                throw FilterFault.At(text, place(star), "* stands within a value", "* at its start or its end only; \\* in quotes is the character itself");
            }
        }
        var first = stars.Contains(0) ? 1 : 0;
        var last = word.Length > 1 && stars.Contains(word.Length - 1) ? 1 : 0;
        return new(word[first..(word.Length - last)], quoted, first == 1, last == 1 || word is "*" && first == 1, start);
    }

    private int WordEnd()
    {
        var end = At;
        if (end < text.Length && char.IsAsciiLetter(text[end]))
        {
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '-' or '.'))
            {
                end++;
            }
        }
        return end;
    }

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\r' or '\n';
}
