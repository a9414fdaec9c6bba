namespace ContactPlatform.Sequences.Replies;

/// <summary>How people ask to be asked another time.</summary>
public static class NotNowRules
{
    /// <summary>What looks like it, but makes an appointment.</summary>
    private static readonly string[] Appointments =
    [
        "{talk} next|this week", "{talk} * {weekday}", "next|this week|{weekday} works|work|suits|is|would|look|looks|good", "how|what about|does|is next|this", "free|available|around|time|slot|slots * next|this week|month|{weekday}", "propose * dates|times", "call me * tomorrow|today|{weekday}|after 1|2|3|4|5",
    ];

    /// <summary>The rules.</summary>
    public static readonly WordRule[] Table =
    [
        new("not-now", "not now", "not right now", "not just now", "not yet", "not ready", "not * at|for|in this|the|present time|moment|point|stage|present", "not * at present|moment|time", "not * right|best|good|ideal|great time|moment", "not * currently|presently", "bad|wrong|poor time|timing|moment", "timing * is|was not|off|bad|wrong|poor", "too early|soon", "not * priority", "low * priority", "other priorities"),
        new("later", "maybe|perhaps|possibly|probably * later|next", "maybe|perhaps another|some other|different time", "another time", "some other time", "later date|stage|point|this", "later in the|this", "down the road|line", "in the future", "later this {period}", "sometime|some time in|next", "before|until|till {month}|{season}", "not * before|until|till")
        {
            Unless = ["not be {contacted} * in the future", "later this week", "later today"],
        },
        new("ask-again", "{again} * again", "{again} * next {period}|{season}", "{again} * in|after|around|during|from {month}|{season}", "{again} * in {some} * {period}", "{again} * after|once|when we|our|the|i|{month}|{season}", "{again} back|out in|after|next|then|when|once|later|around", "reach out * then|later|again|next", "circle|touch back|base", "remind me", "in {some} * months time", "{again} * then$", "drop * line", "get|be * in touch again|later|then|in|after|next", "{again} * later", "revisit|reconsider|reassess|reevaluate|re {this}|the|in|next|once|when|later|evaluate") { Unless = Appointments },
        new("period", "next quarter|year|fiscal|budget|financial", "in|around|from|after|during|until {season}", "in|around|during the {season}", "next {period} maybe|perhaps", "wait|hold * until|till|bit|while", "can not|will not * before", "after|around|during the|our summer|holidays|easter|christmas|budget|launch|migration|merger|move|audit|year|season", "next {season}", "new year", "in {some} * months")
        {
            Unless = [.. Appointments, "in {some} * months * built|built|finished|left|moved|signed", "at|of next year * event|plan|in|year ago"],
        },
        new("busy", "too|very|super|so|really|pretty|quite|extremely|crazy|bit|insanely|currently|just busy|swamped|slammed|hectic|buried", "swamped", "slammed", "snowed under", "^busy", "no|not * time for|now|at|right", "not * bandwidth|capacity", "no bandwidth|capacity", "no free minute", "nobody has * minute|time", "year end * here|closing|crunch", "in the middle of") { Unless = Appointments },
        new("money", "budget|budgets * frozen|freeze|spent|allocated|used|locked|set|gone|committed|planned", "no|not * budget * this|now|year|currently|until|left|available", "hiring freeze", "freeze until|on|till", "on hold", "under|in contract|agreement", "contract|agreement|licence|license|subscription * until|till|through|renews|ends|expires|runs|renewal", "locked in until|till|for|through|with", "hold off", "put|putting|park|parking|shelve * hold|ice|later|this|it"),
        new("keep", "keep * on|in file|mind", "keep your|you|this|it details|contact|number|offer|info|information|in|on", "come|get back to you when|if|once|in|after|next|later", "let you know when|if|once", "will reach|be|get * out|in|touch|back * when|if|once|should"),
    ];
}
