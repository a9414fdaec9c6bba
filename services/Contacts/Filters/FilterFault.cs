using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Contacts.Filters;

/// <summary>Says what is wrong with a filter, where, and what would be accepted there.</summary>
public static class FilterFault
{
    private const string Field = "filter";

    /// <summary>INVALID_FIELD at a place of the filter.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="index">The place, in UTF-16 code units from 0; told in characters from 1.</param>
    /// <param name="problem">What is wrong there.</param>
    /// <param name="expected">What would be accepted.</param>
    public static RefusalException At(string filter, int index, string problem, string expected)
    {
        var position = filter.CharacterAt(index);
        var description = $"at character {position}: {problem}; expected {expected}";
        return new(new Refusal(CommonReasons.InvalidField, $"{Field} {description}") { Violations = [new(Field, description)] }
            .With("position", position).With("expected", expected));
    }

    /// <summary>LIMIT_EXCEEDED: the filter has too much of something.</summary>
    public static RefusalException Limit(string what, int maximum, int actual) =>
        new(new Refusal(CommonReasons.LimitExceeded, $"{Field} has {actual} {what}; at most {maximum} are allowed")
            .With("field", Field).With("limit", maximum).With("actual", actual));

    /// <summary>Turns a place in UTF-16 code units from 0 into one in characters (code points) from 1.</summary>
    public static int CharacterAt(this string filter, int index)
    {
        var character = 1;
        foreach (var _ in filter.AsSpan(0, index).EnumerateRunes())
        {
            character++;
        }
        return character;
    }

    /// <summary>A part of the caller's text, short enough for a message and without what could disturb a terminal.</summary>
    public static string Show(string text)
    {
        var shown = string.Concat(text.Take(60).Select(c => char.IsAsciiLetterOrDigit(c) || char.IsLetter(c) || (c is > ' ' and <= '~') || c == ' ' ? c : '\uFFFD'));
        return text.Length > 60 ? $"'{shown}…'" : $"'{shown}'";
    }
}
