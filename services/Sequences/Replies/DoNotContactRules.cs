namespace ContactPlatform.Sequences.Replies;

/// <summary>How people ask to be left alone.</summary>
public static class DoNotContactRules
{
    /// <summary>The rules. The first holds for subjects, too.</summary>
    public static readonly WordRule[] Table =
    [
        new("word", "^{unsubscribe}$", "^please {unsubscribe}", "^{unsubscribe} please|thanks|me|now|immediately|from", "^stop$", "^stop please|thanks|now|immediately|it|this$", "^please stop$", "^remove$", "^remove please|thanks|me", "^please remove$", "^opt out$", "^optout$", "^opt me out"),
        new("unsubscribe", "{unsubscribe} me|us|this|my|our|from|immediately|now|asap|all|everyone", "please {unsubscribe}", "want|like|wish|need|trying|tried to {unsubscribe}|opt", "how * {unsubscribe}|opt", "be unsubscribed", "opt me|us out", "opt out of|from your|this|these|all|any|further|future")
        {
            Unless = ["our|their|your customers|users|subscribers|readers|people * unsubscribe", "unsubscribe rate|rates|link|links|button|page|flow|numbers"],
        },
        new("remove", "remove me|us", "remove * {my} {data}", "remove * from {my}|your|the|this|all|any * {list}", "remove all|any|every|everyone|everybody|anyone * from", "remove * {data}|addresses|domain|company * {list}", "take me|us off|out", "take {my} * {data} off", "off your|the|this|that|of {list}", "off your mailing", "delete * {my} * {data}", "delete me|us", "erase * {my} * {data}"),
        new("stop", "stop|stopped|stops {contacting}", "stop sending me|us|these|this|emails|mails|messages|your|spam|any", "stop the|these|this|all|your|with {mails}|calls|sequence|campaign|automation", "stop with the|your|these|all", "no more of {this}|your", "cease * {contacting}", "cease * {mails}", "quit {contacting}", "leave me|us alone", "go away", "get lost", "off and never", "fuck|piss off", "no thanks stop")
        {
            Unless = ["stop {contacting} * old|other|wrong|previous", "stop calling * email instead"],
        },
        new("never", "do not * {contact} me|us|again|anymore|{my}", "do not * {contact} any more", "do not ever * {contact}", "do not|never reach out * again|anymore", "never again {contact}", "never * {contact} * again", "never {contact} me|us", "do not * want|wish|like|need to receive|hear|get|be|see",
            "do not * want|wish|need * {mails}", "do not want to * hear from", "do not send * {mails}|again|anymore", "do not send me|us any|anything|more|further|stuff|this", "not to be {contacted}", "no further|more {mails}", "nobody|noone * {contacted} again", "is|are not|never {contacted} again", "not be {contacted}", "lose {my} number|email|address|contact",
            "block|blocking|blocked|blacklisted you|your|this", "do not call|contact|email list|registry", "straight|directly to|into * junk|spam|trash|bin", "do not bother", "never gave * permission|consent|address|email", "not * accept|want|welcome * unsolicited|cold")
        {
            Unless = ["do not {contact} * until|before", "do not {contact} me|us * next|this {period}", "do not email * call|phone", "do not call * email|write", "do not {contact} * at|on this|that|my old|number|address", "do not hesitate"],
        },
        new("law", "under|of|with|by|to|the gdpr|ccpa|casl|pecr * request|delete|erase|erasure|demand|require|remove", "violation|breach|violates|violating * gdpr|can|casl|pecr|ccpa|law", "report|reporting|reported|mark|marked|marking|flag|flagged * spam|it|such|you", "this is|are spam|unsolicited", "unsolicited {mails}|commercial", "legal action", "harassment", "my|our lawyer|lawyers|solicitor|attorney|legal * touch|you|hear|contact", "right to be forgotten", "right to erasure", "withdraw * consent", "cease and desist", "complaint * data protection|ico|commissioner")
        {
            Unless = ["report|reporting * to me|it|us|to", "reporting|report to"],
        },
    ];
}
