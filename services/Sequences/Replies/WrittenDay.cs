using System.Globalization;
using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Replies;

/// <summary>A day as somebody wrote it, as far as it was written.</summary>
/// <param name="Weekday">Its day of the week.</param>
/// <param name="Day">Its day of the month, 1 to 31.</param>
/// <param name="Month">Its month, 1 to 12; 0 when the day is in figures of which either may be the month.</param>
/// <param name="Year">Its year.</param>
/// <param name="Other">The other figure, where <paramref name="Month"/> is 0.</param>
public readonly record struct WrittenDay(DayOfWeek? Weekday, int? Day = null, int? Month = null, int? Year = null, int Other = 0)
{
    /// <summary>Within so many days a day without a year is one that has passed; before that it is one of the next year.</summary>
    private const int Recent = 60;

    /// <summary>Nobody announces a return that is further away.</summary>
    private const int Furthest = 400;

    private static readonly string[] Months = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    private static readonly Dictionary<string, DayOfWeek> Weekdays = new(StringComparer.Ordinal)
    {
        ["monday"] = DayOfWeek.Monday, ["mon"] = DayOfWeek.Monday, ["tuesday"] = DayOfWeek.Tuesday, ["tue"] = DayOfWeek.Tuesday, ["tues"] = DayOfWeek.Tuesday,
        ["wednesday"] = DayOfWeek.Wednesday, ["wed"] = DayOfWeek.Wednesday, ["weds"] = DayOfWeek.Wednesday, ["thursday"] = DayOfWeek.Thursday, ["thu"] = DayOfWeek.Thursday,
        ["thur"] = DayOfWeek.Thursday, ["thurs"] = DayOfWeek.Thursday, ["friday"] = DayOfWeek.Friday, ["fri"] = DayOfWeek.Friday, ["saturday"] = DayOfWeek.Saturday,
        ["sat"] = DayOfWeek.Saturday, ["sunday"] = DayOfWeek.Sunday, ["sun"] = DayOfWeek.Sunday,
    };

    /// <summary>The day that is meant.</summary>
    /// <param name="today">The day of the reply.</param>
    public ReturnDay On(DateOnly today)
    {
        if (Month == 0)
        {
            return Either(today);
        }
        if (Month is { } month)
        {
            return Year is { } year ? Check(year, month, today) : WithoutYear(month, today);
        }
        // Monday, or the 15th, or Monday the 15th: the next such day. A weekday alone is never more than a week away.
        for (var (day, end) = (today.AddDays(1), today.AddDays(Day is null ? 7 : Weekday is null ? 31 : 120)); day <= end; day = day.AddDays(1))
        {
            if ((Weekday is null || day.DayOfWeek == Weekday) && (Day is null || day.Day == Day))
            {
                return new(ReturnKnowledge.Known, day);
            }
        }
        return new(ReturnKnowledge.Ambiguous);
    }

    /// <summary>03/04: known only where the weekday tells which it is, or both figures are the same, or one is no month.</summary>
    private ReturnDay Either(DateOnly today)
    {
        var readings = new[] { this with { Month = Other }, this with { Day = Other, Month = Day } }
            .Where(d => d.Month is >= 1 and <= 12).Select(d => d.On(today)).Where(d => d.Knowledge is ReturnKnowledge.Known or ReturnKnowledge.Past).Distinct().ToList();
        return readings.Count == 1 ? readings[0] : new(ReturnKnowledge.Ambiguous);
    }

    private ReturnDay WithoutYear(int month, DateOnly today)
    {
        var written = this;
        var found = new[] { today.Year - 1, today.Year, today.Year + 1 }.Select(y => written.Check(y, month, today))
            .Where(d => d.Day is { } day && day >= today.AddDays(-Recent) && day < today.AddDays(365 - Recent)).ToList();
        return found.Count == 1 ? found[0] : new(ReturnKnowledge.Ambiguous);
    }

    /// <summary>Ambiguous for a day that does not exist, that is another weekday than was written, or too far away.</summary>
    private ReturnDay Check(int year, int month, DateOnly today)
    {
        if (Day is not { } dayOfMonth || year is < 2000 or > 9000 || dayOfMonth < 1 || dayOfMonth > DateTime.DaysInMonth(year, month))
        {
            return new(ReturnKnowledge.Ambiguous);
        }
        var day = new DateOnly(year, month, dayOfMonth);
        return (Weekday is { } weekday && day.DayOfWeek != weekday) || day > today.AddDays(Furthest) ? new(ReturnKnowledge.Ambiguous)
            : new(day > today ? ReturnKnowledge.Known : ReturnKnowledge.Past, day);
    }

    /// <summary>1 to 12 for a month's name or its first three letters, `sept` too; 0 for everything else.</summary>
    public static int ReadMonth(string word) => Array.FindIndex(Months, m => m == word || (word.Length == 3 && m.StartsWith(word, StringComparison.Ordinal)) || (word == "sept" && m == "september")) + 1;

    /// <summary>A day of the week, also shortened; null for everything else.</summary>
    public static DayOfWeek? ReadWeekday(string word) => Weekdays.TryGetValue(word, out var day) ? day : null;

    /// <summary>1 to 31 for `3`, `03`, `3rd`; 0 for everything else.</summary>
    public static int ReadDay(string word)
    {
        var digits = word.TrimEnd('s', 't', 'n', 'd', 'r', 'h');
        return digits.Length is 1 or 2 && word.Length - digits.Length is 0 or 2 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var day) && day is >= 1 and <= 31 ? day : 0;
    }
}
