namespace ContactPlatform.Sequences.Replies;

/// <summary>What stands between a word and the one before it.</summary>
public enum WordBreak
{
    /// <summary>Blanks.</summary>
    None,

    /// <summary>A comma, a bracket, or a new line that may begin a new thought.</summary>
    Pause,

    /// <summary>The end of a sentence or a paragraph.</summary>
    Sentence,
}

/// <summary>A word of a reply.</summary>
/// <param name="Text">In lower case, with contractions spelled out: `don't` is `do` and `not`.</param>
/// <param name="Break">What stands before it.</param>
public readonly record struct ReplyToken(string Text, WordBreak Break);

/// <summary>Takes English text apart into the words that the rules are written in.</summary>
public static class ReplyTokens
{
    /// <summary>Characters that are looked at: whoever has an answer gives it before that.</summary>
    public const int MaximumLength = 4000;

    /// <summary>Words that are written with an apostrophe, or without one by people in a hurry, and what they stand for.</summary>
    private static readonly Dictionary<string, string[]> Contractions = new(StringComparer.Ordinal)
    {
        ["can't"] = ["can", "not"], ["cant"] = ["can", "not"], ["cannot"] = ["can", "not"], ["won't"] = ["will", "not"], ["wont"] = ["will", "not"], ["shan't"] = ["will", "not"],
        ["dont"] = ["do", "not"], ["didnt"] = ["did", "not"], ["doesnt"] = ["does", "not"], ["isnt"] = ["is", "not"], ["arent"] = ["are", "not"], ["wasnt"] = ["was", "not"],
        ["havent"] = ["have", "not"], ["wouldnt"] = ["would", "not"], ["shouldnt"] = ["should", "not"], ["couldnt"] = ["could", "not"],
        ["im"] = ["i", "am"], ["ive"] = ["i", "have"], ["id"] = ["i", "would"], ["youre"] = ["you", "are"], ["thats"] = ["that", "is"], ["whats"] = ["what", "is"],
        ["let's"] = ["let", "us"], ["lets"] = ["let", "us"], ["it's"] = ["it", "is"], ["that's"] = ["that", "is"], ["what's"] = ["what", "is"], ["here's"] = ["here", "is"],
        ["there's"] = ["there", "is"], ["he's"] = ["he", "is"], ["she's"] = ["she", "is"], ["who's"] = ["who", "is"], ["pls"] = ["please"], ["plz"] = ["please"], ["u"] = ["you"],
    };

    private static readonly (string End, string Word)[] Ends = [("n't", "not"), ("'m", "am"), ("'re", "are"), ("'ve", "have"), ("'ll", "will"), ("'d", "would")];

    /// <summary>The words, in order.</summary>
    public static List<ReplyToken> Read(string text)
    {
        var (tokens, pending, at) = (new List<ReplyToken>(), WordBreak.Sentence, 0);
        var end = Math.Min(text.Length, MaximumLength);
        while (at < end)
        {
            if (IsWord(text, at, end))
            {
                var start = at;
                while (at < end && IsWord(text, at, end))
                {
                    at++;
                }
                Add(tokens, text[start..at].Replace('’', '\'').Trim('\'').ToLowerInvariant(), pending);
                pending = WordBreak.None;
                continue;
            }
            var (found, next) = Between(text, at, end);
            pending = found > pending ? found : pending;
            at = next;
        }
        return tokens;
    }

    private static bool IsWord(string text, int at, int end) => char.IsLetterOrDigit(text[at])
        // Apostrophes, and the dots and slashes of dates and versions, count within a word only.
        || (text[at] is '\'' or '’' && at > 0 && char.IsLetterOrDigit(text[at - 1]) && at + 1 < end && char.IsLetterOrDigit(text[at + 1]));

    private static (WordBreak, int Next) Between(string text, int at, int end)
    {
        if (text[at] != '\n')
        {
            // A dot within a name or a number ends nothing.
            var ends = text[at] is '!' or '?' or ':' or ';' || (text[at] == '.' && (at + 1 == end || !char.IsLetterOrDigit(text[at + 1])));
            return (ends ? WordBreak.Sentence : text[at] is ',' or '(' or ')' or '–' or '—' or '…' or '"' ? WordBreak.Pause : WordBreak.None, at + 1);
        }
        var (lines, next) = (0, at);
        for (; next < end && char.IsWhiteSpace(text[next]); next++)
        {
            lines += text[next] == '\n' ? 1 : 0;
        }
        // A line that was only folded goes on in lower case.
        return (lines > 1 ? WordBreak.Sentence : next < end && char.IsUpper(text[next]) ? WordBreak.Pause : WordBreak.None, next);
    }

    private static void Add(List<ReplyToken> tokens, string word, WordBreak before)
    {
        if (Contractions.TryGetValue(word, out var parts))
        {
            foreach (var (i, part) in parts.Index())
            {
                tokens.Add(new(part, i == 0 ? before : WordBreak.None));
            }
            return;
        }
        foreach (var (end, meaning) in Ends)
        {
            if (word.Length > end.Length && word.EndsWith(end, StringComparison.Ordinal))
            {
                tokens.Add(new(word[..^end.Length], before));
                tokens.Add(new(meaning, WordBreak.None));
                return;
            }
        }
        tokens.Add(new(word.EndsWith("'s", StringComparison.Ordinal) ? word[..^2] : word, before));
    }
}
