using System.Globalization;
using System.Text.RegularExpressions;

namespace ContactPlatform.Sequences.Replies;

/// <summary>A word, or a day, of a text that may tell a return.</summary>
/// <param name="Text">The word in lower case; empty for a day.</param>
/// <param name="Day">The day; null for a word.</param>
/// <param name="EndsSentence">True when a sentence ends behind it.</param>
public readonly record struct DayToken(string Text, WrittenDay? Day, bool EndsSentence);

/// <summary>
/// Finds days in English text: 3 March, March 3rd, 2026, Monday the 3rd, 2026-03-03, 13/03/2026, 3-Mar-26. A dash between two
/// words is read as `to`.
/// </summary>
public static partial class WrittenDays
{
    /// <summary>Characters that are looked at.</summary>
    private const int MaximumLength = 4000;

    private readonly record struct Word(string Text, bool Ends)
    {
        internal static readonly Word None = new("", true);
    }

    /// <summary>The text as words and days.</summary>
    public static List<DayToken> Read(string text)
    {
        var words = Split(text.Length > MaximumLength ? text[..MaximumLength] : text);
        var tokens = new List<DayToken>(words.Count);
        for (var i = 0; i < words.Count;)
        {
            var (day, length) = Day(words, i);
            if (length == 0 && EndOfRange(tokens, words[i].Text) is { } end)
            {
                (day, length) = (end, 1);
            }
            tokens.Add(length > 0 ? new("", day, words[i + length - 1].Ends) : new(words[i].Text, null, words[i].Ends));
            i += Math.Max(1, length);
        }
        return tokens;
    }

    private static List<Word> Split(string text)
    {
        var words = new List<Word>();
        // `3-10 March` is a range of days.
        foreach (Match match in Words().Matches(DaysOfOneMonth().Replace(text, "$1 to $2")))
        {
            var word = match.Groups["word"].Value.ToLowerInvariant();
            var behind = match.Groups["end"].ValueSpan;
            var shortened = word.Length <= 5 && (WrittenDay.ReadMonth(word) > 0 || WrittenDay.ReadWeekday(word) is not null);
            words.Add(new(word, behind.IndexOfAny("!?;") >= 0 || behind.Contains("\n\n", StringComparison.Ordinal) || (!shortened && behind.Contains('.'))));
            if (behind.Trim() is "-" or "–" or "—")
            {
                words.Add(new("to", false));
            }
        }
        return words;
    }

    /// <summary>The second of `March 3 to 10`.</summary>
    private static WrittenDay? EndOfRange(List<DayToken> before, string word) =>
        before.Count > 1 && before[^1].Text is "to" or "through" or "until" or "till" && before[^2].Day is { Month: > 0 } first && WrittenDay.ReadDay(word) is > 0 and var day
            ? new(null, day, first.Month, first.Year) : null;

    /// <summary>The day that begins at a word, and how many words it has; 0 for none.</summary>
    private static (WrittenDay Day, int Length) Day(List<Word> words, int at)
    {
        if (WrittenDay.ReadWeekday(words[at].Text) is not { } weekday)
        {
            return Date(words, at);
        }
        var next = Behind(words, at, 1).Text is "the" or "on" ? 2 : 1;
        var (day, length) = Behind(words, at, next) == Word.None ? default : Date(words, at + next);
        return length > 0 ? (day with { Weekday = weekday }, next + length) : (new(weekday), 1);
    }

    private static (WrittenDay, int) Date(List<Word> words, int at)
    {
        var first = words[at].Text;
        if (Figures(first) is { } figures)
        {
            return (figures, 1);
        }
        if (WrittenDay.ReadMonth(first) is > 0 and var month)
        {
            var article = Behind(words, at, 1).Text == "the" ? 1 : 0;
            return WrittenDay.ReadDay(Behind(words, at, 1 + article).Text) is > 0 and var after ? WithYear(words, at, new(null, after, month), 2 + article) : default;
        }
        if (WrittenDay.ReadDay(first) is not (> 0 and var day))
        {
            return default;
        }
        var behind = Behind(words, at, 1).Text == "of" ? 2 : 1;
        return WrittenDay.ReadMonth(Behind(words, at, behind).Text) is > 0 and var named ? WithYear(words, at, new(null, day, named), behind + 1)
            // `the 15th`; a figure alone may be anything.
            : !char.IsAsciiDigit(first[^1]) ? (new(null, day), 1) : default;
    }

    private static (WrittenDay, int) WithYear(List<Word> words, int at, WrittenDay day, int length) =>
        Behind(words, at, length).Text is { Length: 4 } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year is > 1999 and < 2100
            ? (day with { Year = year }, length + 1) : (day, length);

    /// <summary>The word so many places behind another one in the same sentence.</summary>
    private static Word Behind(List<Word> words, int at, int places)
    {
        for (var i = at; i < at + places; i++)
        {
            if (words[i].Ends || i + 1 == words.Count)
            {
                return Word.None;
            }
        }
        return words[at + places];
    }

    private static WrittenDay? Figures(string word)
    {
        if (Iso().Match(word) is { Success: true } iso)
        {
            return new(null, Number(iso, "d"), Number(iso, "m"), Number(iso, "y"));
        }
        if (Named().Match(word) is { Success: true } named && WrittenDay.ReadMonth(named.Groups["m"].Value) is > 0 and var month)
        {
            return new(null, Number(named, "d"), month, Year(named));
        }
        return word != "24/7" && Slashed().Match(word) is { Success: true } slashed ? new(null, Number(slashed, "a"), 0, Year(slashed), Number(slashed, "b")) : null;
    }

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private static int? Year(Match match) => !match.Groups["y"].Success ? null : Number(match, "y") is var year && year < 100 ? 2000 + year : year;

    [GeneratedRegex(@"\b([0-9]{1,2})\s?[-–]\s?([0-9]{1,2})(?=\s+[A-Za-z])", RegexOptions.CultureInvariant)]
    private static partial Regex DaysOfOneMonth();

    [GeneratedRegex(@"(?<word>[\p{L}\p{N}]+(?:[/.'’-][\p{L}\p{N}]+)*)(?<end>[^\p{L}\p{N}]*)", RegexOptions.CultureInvariant)]
    private static partial Regex Words();

    [GeneratedRegex(@"^(?<y>20[0-9]{2})[-/.](?<m>0?[1-9]|1[0-2])[-/.](?<d>[0-9]{1,2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Iso();

    [GeneratedRegex(@"^(?<d>[0-9]{1,2})[-/.](?<m>[a-z]{3,9})(?:[-/.](?<y>20[0-9]{2}|[0-9]{2}))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Named();

    // Without a year only with a slash: 9.30 is a time, and 3-4 a range.
    [GeneratedRegex(@"^(?<a>[0-9]{1,2})(?:(?<s>[/.-])(?<b>[0-9]{1,2})\k<s>(?<y>20[0-9]{2}|[0-9]{2})|/(?<b>[0-9]{1,2}))\z", RegexOptions.CultureInvariant)]
    private static partial Regex Slashed();
}
