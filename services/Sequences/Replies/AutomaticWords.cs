namespace ContactPlatform.Sequences.Replies;

/// <summary>
/// Says by its words whether a program wrote a reply, where the header does not, and whether it is about an absence. Rules as
/// <see cref="Phrase"/> reads them.
/// </summary>
public static class AutomaticWords
{
    /// <summary>Subjects that only programs write, in lower case: how they begin behind `Re:`.</summary>
    private static readonly string[] Subjects =
    [
        "automatic reply", "automatic response", "automated reply", "automated response", "autoreply", "auto-reply", "auto reply", "autoresponse", "auto-response", "auto response", "autoresponder", "auto:", "out of office", "out of the office", "out-of-office", "ooo:", "ooo ", "[ooo]", "ooo -",
        "vacation reply", "vacation response", "vacation notice", "vacation message", "away from the office", "away message", "absence notice", "on vacation", "on annual leave", "on holiday", "on leave",
        "we have received your", "we've received your", "your message has been received", "your request has been received", "your email has been received", "thank you for contacting", "thanks for contacting", "thank you for your enquiry", "thank you for your inquiry", "[ticket", "ticket received", "case created",
    ];

    /// <summary>Somebody is gone for good: no absence, whatever else is said.</summary>
    private static readonly WordRule Gone = new("gone",
        "no longer with|at|work|works|working|employed|part|in|monitored|active|valid", "has|have left the|our company|organisation|organization|firm|business|team", "has|have left * company|organisation|organization|firm", "has|have|is|am retired",
        "mailbox|inbox|account|address is * monitored|unattended|unmonitored|closed", "unattended|unmonitored mailbox|inbox|address|account", "moved on from", "last day was", "not a monitored");

    /// <summary>Somebody is away.</summary>
    private static readonly WordRule Away = new("away",
        "out of office", "out of the|my office", "ooo", "ooto", "away from {my}|the desk|office|email|emails|mail|computer|inbox", "am|be|is|are not in the office", "not in the office", "away on business|leave|holiday|vacation|annual", "i am|will|be|currently * away", "away until|from|till|{weekday}",
        "on|taking|having vacation|holiday|holidays|pto|leave|sabbatical|a", "on|taking * annual|maternity|paternity|parental|sick|medical|family|bereavement|compassionate|study|personal leave", "annual|maternity|paternity|parental leave", "taking|having * time|day|days|week off", "am|be off", "out sick|today|this|until|all|for",
        "limited|intermittent|no|little|sporadic|restricted access to", "without access to", "office|offices|we|company is|are closed", "office|offices|we|company will be closed", "closed for|over|during|on|until|between",
        "back|return|returning|available|reachable in|to|at|on|from|{weekday}|again * office|desk|work|{weekday}|{month}", "back|return|returning {month}|{weekday}", "back on", "when i return", "on|upon my return", "travelling|traveling", "unavailable until|from|till|on", "not available until|till|from", "again on|from|at {weekday}|{month}", "return date", "out for", "attending a|the|an", "at a|an|the conference|offsite|trade|fair", "public|bank|national holiday")
    {
        Unless = ["now back in|at", "am back in|at", "be right back"],
    };

    /// <summary>What absent people arrange, and those who are there do not.</summary>
    private static readonly WordRule Arranged = new("arranged",
        "in|during my absence", "while i am away|out|gone|off", "if * urgent", "for * urgent|immediate", "in urgent cases", "case of emergency", "in the meantime", "limited|no access to", "will|shall respond|reply|answer|get|read * when|upon|on|after|once|as", "not be able to", "not be checking|reading|monitoring|responding|available",
        "will be back|returning", "will return", "i return|am back", "will * delayed|slower", "your email|message will * forwarded|read|answered", "thank you|thanks for your email|message|mail");

    /// <summary>The day on which they are back, or until which they are not; told to everybody alike.</summary>
    private static readonly WordRule Return = new("return",
        "back on|from|by|again {weekday}|{month}|{day}", "back on|from|by|again the|or|around|about|again|on * {weekday}|{month}|{day}", "back {weekday}|{month}|{day}", "back in|at the|my|our|work * {weekday}|{month}",
        "office|away|leave|holiday|holidays|vacation|pto|sick|travelling|traveling|off until|till|through {weekday}|{month}|{day}", "office|away|leave|holiday|holidays|vacation|pto|sick|travelling|traveling|off until|till|through the|and|including * {weekday}|{month}|{day}")
    {
        Unless = ["{again}|comes|coming|getting|give|going|got|bring back on|from|by|in|at|again|{weekday}|{month}", "{again}|give|bring|got {me}|you|him|her|them|{this} back", "you|they|he|she|it|that|this|event|fair|service|site|system are|is|be|come|comes back",
            "when|once|after|if i|we * back|return"],
    };

    /// <summary>What is asked of the reader, which programs do not.</summary>
    private static readonly WordRule Asks = new("asks", "can|could|would|will you");

    /// <summary>Any one of these, and a program wrote it.</summary>
    private static readonly WordRule Program = new("program",
        "this is an automated|automatic|autogenerated|auto|automatically", "automatically generated", "auto generated|generate|reply|response|responder", "automated|automatic reply|response|message|email|acknowledgement|acknowledgment|notification|confirmation", "do not reply|respond to this|directly",
        "mailbox|inbox|address|account is not monitored|read|attended", "mailbox|inbox|address|account is unattended|unmonitored", "unattended|unmonitored mailbox|inbox|address|account", "this is the|an|your * assistant|bot|robot|autoresponder", "your ticket|case|reference|request number|no", "ticket|case has been created|opened|assigned|registered");

    /// <summary>Two of these, and a program wrote it.</summary>
    private static readonly WordRule[] Desk =
    [
        new("received", "have|has received|got your email|message|enquiry|inquiry|request|mail", "has|have been received", "confirm * receipt", "message|email|request was received", "thank you|thanks for contacting"),
        new("team", "member|someone|one|representative|agent of|from our|the * will", "our team will", "we will|aim|endeavour|endeavor|strive|try * respond|reply|get|answer|back|process", "get back to you as|within|shortly"),
        new("hours", "within 24|48|72|one|two|three|1|2|3|5 * hours|business|working|day|days", "business|opening hours", "our * hours are", "as soon as possible"),
    ];

    /// <summary>The rules with names, for the page that shows them.</summary>
    public static IReadOnlyList<WordRule> Rules { get; } = [Gone, Away, Arranged, Return, Asks, Program, .. Desk];

    /// <summary>True for the subject of a reply that a program wrote.</summary>
    public static bool IsSubject(string subject)
    {
        var text = subject.Trim().ToLowerInvariant().Replace('’', '\'');
        while (text.StartsWith("re:", StringComparison.Ordinal) || text.StartsWith("aw:", StringComparison.Ordinal) || text.StartsWith("fw:", StringComparison.Ordinal))
        {
            text = text[3..].TrimStart();
        }
        return Array.Exists(Subjects, s => text.StartsWith(s, StringComparison.Ordinal));
    }

    /// <summary>True when a reply that a program wrote is about an absence that ends.</summary>
    public static bool IsAbsence(IReadOnlyList<ReplyToken> tokens) => Away.Fits(tokens) && !Gone.Fits(tokens);

    /// <summary>True when the words alone show an absence: somebody is away, and has arranged for it or says until when, and asks for nothing.</summary>
    public static bool ShowAbsence(IReadOnlyList<ReplyToken> tokens) => IsAbsence(tokens) && (Arranged.Fits(tokens) || Return.Fits(tokens)) && !Asks.Fits(tokens);

    /// <summary>True when the words alone show that a program wrote them.</summary>
    public static bool ShowProgram(IReadOnlyList<ReplyToken> tokens) => Program.Fits(tokens) || Array.FindAll(Desk, r => r.Fits(tokens)).Length >= 2;
}
