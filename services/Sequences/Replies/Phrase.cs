namespace ContactPlatform.Sequences.Replies;

/// <summary>
/// Words that a rule looks for, written as <see cref="ReplyTokens"/> makes them. `*` stands for up to four words of the same
/// sentence, `a|b` for either word, `{me}` for any of <see cref="WordSets"/>, `^` at the beginning for the beginning of a sentence, `$` at the end for its end. A phrase
/// does not reach over the end of a sentence.
/// </summary>
public sealed class Phrase
{
    private const int Gap = 4;

    /// <summary>Words that turn what follows within three words into its opposite.</summary>
    private static readonly HashSet<string> Negations = new(StringComparer.Ordinal) { "not", "no", "never", "nor", "without", "hardly", "neither", "nobody", "none" };

    private readonly string[][] words;
    private readonly bool first;
    private readonly bool last;

    /// <summary>Reads a phrase as it stands in a table.</summary>
    public Phrase(string text)
    {
        Text = text;
        (first, last) = (text.StartsWith('^'), text.EndsWith('$'));
        words = [.. text.Trim('^', '$').Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => string.Join('|', w.Split('|').Select(Expand)).Split('|'))];
    }

    private static string Expand(string word) => word.StartsWith('{') ? WordSets.Table[word.Trim('{', '}')] : word;

    /// <summary>The phrase as it stands in the table.</summary>
    public string Text { get; }

    /// <summary>True when the words stand in the text, and no negation right before them.</summary>
    public bool Fits(IReadOnlyList<ReplyToken> tokens)
    {
        for (var at = 0; at < tokens.Count; at++)
        {
            if ((!first || at == 0 || tokens[at].Break == WordBreak.Sentence) && Fits(tokens, at, 0) && !Negated(tokens, at))
            {
                return true;
            }
        }
        return false;
    }

    private bool Fits(IReadOnlyList<ReplyToken> tokens, int at, int word)
    {
        if (word == words.Length)
        {
            return !last || at == tokens.Count || tokens[at].Break == WordBreak.Sentence;
        }
        if (words[word] is ["*"])
        {
            for (var skipped = 0; skipped <= Gap; skipped++)
            {
                if (Fits(tokens, at + skipped, word + 1))
                {
                    return true;
                }
                if (at + skipped >= tokens.Count || tokens[at + skipped].Break == WordBreak.Sentence)
                {
                    return false;
                }
            }
            return false;
        }
        return at < tokens.Count && (word == 0 || tokens[at].Break != WordBreak.Sentence) && words[word].Contains(tokens[at].Text) && Fits(tokens, at + 1, word + 1);
    }

    private static bool Negated(IReadOnlyList<ReplyToken> tokens, int at)
    {
        for (var back = 1; back <= 3 && at - back >= 0 && tokens[at - back + 1].Break == WordBreak.None; back++)
        {
            if (Negations.Contains(tokens[at - back].Text))
            {
                return true;
            }
        }
        return false;
    }
}
