namespace ContactPlatform.Sequences.Replies;

/// <summary>What language a text seems to be in, as far as it matters here.</summary>
public enum ReplyLanguage
{
    /// <summary>Too short, or of words that nobody here knows.</summary>
    Undecided,

    /// <summary>English.</summary>
    English,

    /// <summary>Another one.</summary>
    Other,
}

/// <summary>
/// Says whether a text is English by its commonest words, against those of the languages that are met most. A word that
/// two languages have stands for neither, but for a few of English that are too common to do without.
/// </summary>
public static class EnglishGuess
{
    /// <summary>Words that are looked at.</summary>
    private const int Words = 200;

    private static readonly HashSet<string> English = Set("""
        the and you your yours i we our us they it its is are am was were be been have has had do does did not this that these those with from for of to at on if but or so as by can could will would should
        my me he she his her their there here what when where who how why which about into out up down just now then than please thank thanks hello hi hey yes no ok okay sure sorry good great fine sounds
        let know get got send sent call talk more any some all only already very much too also still back next week month year day monday tuesday wednesday thursday friday saturday sunday
        interested stop remove unsubscribe email emails mail list contact reply message meeting team company work working office busy later soon again never need want like looking think see time use using
        """);

    private static readonly HashSet<string> Others = Set("""
        der die das und ist nicht ich sie wir ein eine einen mit für von zu auf den dem des im bin sind haben habe hat vielen dank bitte kein keine interesse leider ihre ihr wieder nach bei oder aber auch als sehr geehrte guten danke gerne
        le la les des du et est une un je nous vous pas ne que qui dans pour sur avec merci bonjour votre vos mais ou où cordialement suis sommes être avez plus été actuellement au aux ce cette
        el los las una y es no de en que por para con su sus gracias hola estoy estamos pero muy como usted ustedes saludos nuestro correo será fuera oficina
        il lo gli di che è non per sono siamo grazie buongiorno ciao della dello delle dei del nel alla vostro vostra anche ma questo questa cordiali saluti
        o os as um uma não em com obrigado obrigada olá você seu sua mais estou isso não
        de het een en niet ik wij voor van met aan dat bedankt groet groeten geen naar ook bent jullie uw
        i w na nie jest się do z dziękuję proszę dzień dobry
        och att det är inte jag vi en ett på med för tack hej ni er
        og ikke jeg takk hilsen ja mange
        ben bir ve bu için değil teşekkürler
        """);

    private static readonly HashSet<string> Shared = [.. English.Intersect(Others)];

    /// <summary>Guesses the language.</summary>
    public static ReplyLanguage Of(IReadOnlyList<ReplyToken> tokens)
    {
        var (english, other, foreign, letters) = (0, 0, 0, 0);
        foreach (var token in tokens.Take(Words))
        {
            english += English.Contains(token.Text) && !Shared.Contains(token.Text) ? 1 : 0;
            other += Others.Contains(token.Text) && !Shared.Contains(token.Text) ? 1 : 0;
            letters += token.Text.Count(char.IsLetter);
            // Behind the Latin letters with accents and the phonetic ones.
            foreign += token.Text.Count(c => char.IsLetter(c) && c > '\u024F');
        }
        if (foreign * 3 > letters)
        {
            return ReplyLanguage.Other;
        }
        return english == 0 && other == 0 ? ReplyLanguage.Undecided
            : english > other * 2 ? ReplyLanguage.English
            : other > english ? ReplyLanguage.Other : ReplyLanguage.Undecided;
    }

    private static HashSet<string> Set(string words) => [.. words.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)];
}
