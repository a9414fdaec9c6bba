using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Replies;

/// <summary>
/// Finds in an out-of-office reply the day of the return. A day counts only behind a word that tells a return or an end, in the
/// same sentence; what is said of the return goes before what is said of the end. What two people would read differently is
/// not guessed.
/// </summary>
public static class ReturnDays
{
    /// <summary>Words between a cue and its day, as in `back in the office on Monday`.</summary>
    private const int Reach = 9;

    /// <summary>Two words that belong together, and what they say.</summary>
    private enum Cue
    {
        None,

        /// <summary>The day of the return.</summary>
        Back,

        /// <summary>The day on which the absence ends: taken as the day of the return.</summary>
        Until,

        /// <summary>The last day of the absence: the return is a day later.</summary>
        Last,

        /// <summary>Its beginning.</summary>
        Start,
    }

    private static readonly Dictionary<string, Cue> Cues = new(StringComparer.Ordinal)
    {
        ["back"] = Cue.Back, ["return"] = Cue.Back, ["returning"] = Cue.Back, ["returns"] = Cue.Back, ["resume"] = Cue.Back, ["resumes"] = Cue.Back, ["resuming"] = Cue.Back, ["rejoin"] = Cue.Back, ["available"] = Cue.Back, ["reachable"] = Cue.Back,
        ["reopen"] = Cue.Back, ["reopens"] = Cue.Back, ["reopening"] = Cue.Back, ["re-open"] = Cue.Back,
        ["until"] = Cue.Until, ["till"] = Cue.Until, ["til"] = Cue.Until, ["untill"] = Cue.Until, ["before"] = Cue.Until,
        ["again"] = Cue.Back, ["through"] = Cue.Last, ["and"] = Cue.Last, ["thru"] = Cue.Last, ["to"] = Cue.Last, ["including"] = Cue.Last,
        ["from"] = Cue.Start, ["starting"] = Cue.Start, ["since"] = Cue.Start, ["beginning"] = Cue.Start, ["between"] = Cue.Start, ["away"] = Cue.Start, ["out"] = Cue.Start,
    };

    /// <summary>Cues that only count right before their day: elsewhere they are about something else.</summary>
    private static readonly HashSet<string> Near = new(StringComparer.Ordinal) { "to", "and", "again", "from", "before", "since", "through", "between", "including", "beginning", "away", "out" };

    /// <summary>Words that may stand between a near cue and its day.</summary>
    private static readonly HashSet<string> Fillers = new(StringComparer.Ordinal) { "the", "on", "about", "approximately", "end", "of" };

    /// <summary>Returns that are told in terms of the day on which the text was written.</summary>
    private static readonly WordRule Relative = new("relative", "back|return|returning|until|till tomorrow", "back|return|returning * tomorrow", "back|return|returning|until|till * next week|month|monday|tuesday|wednesday|thursday|friday",
        "back|return|returning * in a|one|two|three|four|five|six|few|couple|several|1|2|3|4|5|6 * day|days|week|weeks|month|months", "back|return|returning later|shortly|soon", "back|return|returning * later today|this", "out of * today", "away today", "for the next * days|weeks");

    /// <summary>Reads a text.</summary>
    /// <param name="text">Subject and text.</param>
    /// <param name="today">The day on which it was sent.</param>
    public static ReturnDay Find(string text, DateOnly today)
    {
        var tokens = WrittenDays.Read(text);
        var found = new List<(Cue Cue, ReturnDay Day)>();
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Day is not { } written || Before(tokens, i) is not (not Cue.None and not Cue.Start and var cue))
            {
                continue;
            }
            if (written.Day is null && tokens[i - 1].Text == "to")
            {
                // Monday to Friday are somebody's hours.
                continue;
            }
            // `next Monday` is another day for some than for others.
            var vague = i > 0 && tokens[i - 1].Text == "next" && written is { Day: null };
            var day = vague ? new(ReturnKnowledge.Ambiguous) : written.On(today);
            found.Add((cue, cue == Cue.Last && day.Day is { } last ? Following(last, today) : day));
        }
        foreach (var cue in (Cue[])[Cue.Back, Cue.Last, Cue.Until])
        {
            var days = found.Where(f => f.Cue == cue).Select(f => f.Day).Distinct().ToList();
            if (days.Count > 0 && (cue == Cue.Until || days.Any(d => d.Knowledge == ReturnKnowledge.Known) || found.All(f => f.Cue == cue || f.Day.Knowledge != ReturnKnowledge.Known)))
            {
                return days.Count == 1 ? days[0] : new(ReturnKnowledge.Ambiguous);
            }
        }
        return found.Count > 0 ? new(ReturnKnowledge.Ambiguous) : new(Relative.Fits(ReplyTokens.Read(text)) ? ReturnKnowledge.Relative : ReturnKnowledge.Unspecified);
    }

    private static ReturnDay Following(DateOnly last, DateOnly today) => new(last.AddDays(1) > today ? ReturnKnowledge.Known : ReturnKnowledge.Past, last.AddDays(1));

    /// <summary>What the nearest cue before a day says.</summary>
    private static Cue Before(List<DayToken> tokens, int day)
    {
        var near = true;
        for (var i = day - 1; i >= Math.Max(0, day - Reach) && !tokens[i].EndsSentence && tokens[i].Day is null; i--)
        {
            if (Cues.TryGetValue(tokens[i].Text, out var cue) && (near || !Near.Contains(tokens[i].Text)))
            {
                // Back from Monday on, available as of the 3rd; but away from the 3rd.
                return cue == Cue.Start && Earlier(tokens, i) == Cue.Back ? Cue.Back
                    // `to 3 March` is an end behind a beginning alone: `happy to` and `looking forward to` are none.
                    : tokens[i].Text is "to" or "and" && !IsRange(tokens, i) ? Cue.None : cue;
            }
            near &= Fillers.Contains(tokens[i].Text);
        }
        return Cue.None;
    }

    /// <summary>What stands before `from`: a return, if it is not denied.</summary>
    private static Cue Earlier(List<DayToken> tokens, int from)
    {
        var at = from - 1;
        at -= at > 0 && tokens[at].Text == "again" ? 1 : 0;
        var denied = at > 0 && (tokens[at - 1].Text is "not" or "be" && at > 1 && tokens[at - 2].Text is "not" or "won't" or "wont" || tokens[at - 1].Text == "not");
        return tokens[from].Text == "from" && at >= 0 && !tokens[at].EndsSentence && !denied ? Cues.GetValueOrDefault(tokens[at].Text) : Cue.None;
    }

    /// <summary>A day, or a figure, before `to`; before `and` only where `between` opened the range.</summary>
    private static bool IsRange(List<DayToken> tokens, int at) => at > 0 && (tokens[at - 1].Day is not null || WrittenDay.ReadDay(tokens[at - 1].Text) > 0)
        && (tokens[at].Text == "to" || (at > 1 && tokens[at - 2].Text == "between") || (at > 2 && tokens[at - 3].Text == "between"));
}
