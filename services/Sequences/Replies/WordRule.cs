namespace ContactPlatform.Sequences.Replies;

/// <summary>A rule about the words of a reply.</summary>
/// <param name="Name">Unique within its table.</param>
/// <param name="Phrases">It fits a text that has any of these, as <see cref="Phrase"/> reads them.</param>
public sealed record WordRule(string Name, params string[] Phrases)
{
    private readonly Phrase[] phrases = Array.ConvertAll(Phrases, p => new Phrase(p));

    /// <summary>It does not fit a text that has any of these.</summary>
    public string[] Unless
    {
        get;
        init
        {
            field = value;
            exceptions = Array.ConvertAll(value, p => new Phrase(p));
        }
    } = [];

    private readonly Phrase[] exceptions = [];

    /// <summary>True when the rule fits.</summary>
    public bool Fits(IReadOnlyList<ReplyToken> tokens) => Array.Exists(phrases, p => p.Fits(tokens)) && !Array.Exists(exceptions, p => p.Fits(tokens));
}
