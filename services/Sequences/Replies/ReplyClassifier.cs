using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Replies;

/// <summary>
/// Says what a reply means. Whether a program wrote it tells its header, then its subject, then its words. What a person
/// wrote is read where it is English; wishes to be left alone go before everything else.
/// </summary>
public static class ReplyClassifier
{
    /// <summary>Version of the rules: raised whenever one of them changes. It is kept with each verdict.</summary>
    public const int Version = 1;

    /// <summary>Words behind which people say what they mean.</summary>
    private static readonly HashSet<string> Turns = new(StringComparer.Ordinal) { "but", "however", "unfortunately", "though" };

    /// <summary>First words of a greeting.</summary>
    private static readonly HashSet<string> Greetings = new(StringComparer.Ordinal) { "hi", "hello", "hey", "dear", "good", "greetings", "hiya", "morning", "afternoon" };

    /// <summary>Classifies a reply.</summary>
    /// <param name="reply">The reply; no report.</param>
    public static ReplyVerdict Classify(InboundReply reply)
    {
        var split = QuotedText.Split(reply.Text);
        var tokens = ReplyTokens.Read(split.Own);
        if (reply.IsSms)
        {
            return SmsWords.IsOptOut(reply.Text) ? new(ReplyCategory.DoNotContact, "sms.opt-out", false, ReplyLanguage.Undecided, default) : Person(tokens, EnglishGuess.Of(tokens));
        }
        var withSubject = ReplyTokens.Read($"{reply.Subject}.\n\n{split.Own}");
        var language = EnglishGuess.Of(tokens.Count > 0 ? tokens : withSubject);
        return Program(reply, split, tokens, withSubject, language, out var rule) ? Automatic(reply, split.Own, withSubject, language, rule)
            : Subject(reply.Subject, tokens.Count == 0) ?? Person(tokens, language);
    }

    /// <summary>True when a program wrote it, with the rule that says so.</summary>
    private static bool Program(InboundReply reply, SplitText split, List<ReplyToken> tokens, List<ReplyToken> withSubject, ReplyLanguage language, out string rule)
    {
        if (AutomaticHeaders.Read(reply.Fields, out rule) is { } said)
        {
            return said;
        }
        rule = AutomaticWords.IsSubject(reply.Subject) ? "words.subject"
            // Who quotes what he answers is a person.
            : split.Quoted.Length > 0 || language == ReplyLanguage.Other ? ""
            : AutomaticWords.ShowAbsence(tokens) && Person(tokens, language).Category is not (ReplyCategory.Interested or ReplyCategory.DoNotContact or ReplyCategory.NotInterested) ? "words.absence"
            : AutomaticWords.ShowProgram(withSubject) ? "words.program" : "";
        return rule.Length > 0;
    }

    private static ReplyVerdict Automatic(InboundReply reply, string own, List<ReplyToken> words, ReplyLanguage language, string rule) => AutomaticWords.IsAbsence(words)
        ? new(ReplyCategory.OutOfOffice, rule, true, language, ReturnDays.Find($"{reply.Subject}.\n\n{own}", reply.Day))
        : new(ReplyCategory.AutoReply, rule, true, language, default);

    /// <summary>A subject of the person's own says it all where it asks to be left alone, or nothing else is said.</summary>
    private static ReplyVerdict? Subject(string subject, bool alone)
    {
        var words = ReplyTokens.Read(subject);
        if (words.Count == 0 || words[0].Text is "re" or "aw" or "fw" or "fwd" or "sv" or "antw")
        {
            return null;
        }
        var group = CategoryRules.Table[0];
        return Find(group, words) is { } rule && (alone || rule == Id(group, group.Rules[0])) ? new(group.Category, rule, false, ReplyLanguage.English, default) : null;
    }

    private static ReplyVerdict Person(List<ReplyToken> tokens, ReplyLanguage language)
    {
        if (language == ReplyLanguage.Other)
        {
            return new(ReplyCategory.Uncategorised, "", false, language, default);
        }
        var words = WithoutGreeting(tokens);
        var (category, rule) = Meaning(words);
        return new(category, rule, false, category == ReplyCategory.Uncategorised ? language : ReplyLanguage.English, default);
    }

    /// <summary>The first group that fits; a yes and a no together leave it to what stands behind the last `but`, or to a person.</summary>
    private static (ReplyCategory, string) Meaning(List<ReplyToken> words)
    {
        var found = CategoryRules.Table.Select(g => (g.Category, Rule: Find(g, words))).Where(f => f.Rule is not null).ToList();
        if (found.Count == 0)
        {
            return (ReplyCategory.Uncategorised, "");
        }
        if (found[0].Category != ReplyCategory.NotInterested || found.Count == 1)
        {
            return (found[0].Category, found[0].Rule!);
        }
        var turn = words.FindLastIndex(w => Turns.Contains(w.Text));
        return turn < 0 ? (ReplyCategory.Uncategorised, "") : Meaning(words[(turn + 1)..]);
    }

    private static string? Find(RuleGroup group, List<ReplyToken> words) => Array.Find(group.Rules, r => r.Fits(words)) is { } rule ? Id(group, rule) : null;

    /// <summary>The id of a rule about what people say.</summary>
    public static string Id(RuleGroup group, WordRule rule) => $"person.{Kebab(group.Category)}.{rule.Name}";

    private static string Kebab(ReplyCategory category) => string.Concat(category.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? $"-{char.ToLowerInvariant(c)}" : char.ToLowerInvariant(c).ToString()));

    private static List<ReplyToken> WithoutGreeting(List<ReplyToken> tokens)
    {
        if (tokens.Count == 0 || !Greetings.Contains(tokens[0].Text))
        {
            return tokens;
        }
        var end = tokens.FindIndex(1, t => t.Break != WordBreak.None);
        return end is > 0 and <= 5 ? tokens[end..] : tokens[1..];
    }
}
