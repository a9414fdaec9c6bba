namespace ContactPlatform.Sequences.Replies;

/// <summary>Words that mean the same to a rule: `{talk}` in a <see cref="Phrase"/> is any of its words.</summary>
public static class WordSets
{
    /// <summary>The sets.</summary>
    public static readonly IReadOnlyDictionary<string, string> Table = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["unsubscribe"] = "unsubscribe|unsubscribed|unsub|unsuscribe|unsubcribe|unsubscibe|unscubscribe|unsubscrib|desubscribe",
        ["me"] = "me|us",
        ["my"] = "my|our",
        ["this"] = "this|that|it|these|those",
        ["contact"] = "contact|email|mail|message|text|call|write|bother|spam|approach",
        ["contacting"] = "contacting|emailing|mailing|messaging|texting|calling|writing|bothering|spamming|harassing|pestering|bugging",
        ["contacted"] = "contacted|emailed|mailed|messaged|texted|called|spammed|bothered",
        ["mails"] = "mails|mail|emails|email|messages|message|texts|spam|newsletters|newsletter|communications|communication|correspondence|contact|follow",
        ["list"] = "list|lists|database|mailing|crm|system|records|campaign|sequence|file",
        ["data"] = "data|details|information|info|email|address|number|name|contact|account",
        ["person"] = "person|contact|department|guy|man|woman|team|one|company|addressee",
        ["colleague"] = "colleague|colleagues|boss|manager|managers|cto|ceo|cfo|cmo|coo|cio|head|director|assistant|successor|replacement|partner|vp|procurement|purchasing|it|hr|marketing|finance|operations|sales|accountant|lead|team|department|office|buyer",
        ["handles"] = "handles|handle|manages|manage|leads|runs|oversees|owns|covers|decides|deals|looks|handling|responsible",
        ["talk"] = "talk|speak|chat|meet|connect|call|catch|discuss|jump|hop",
        ["learn"] = "learn|hear|know|see|discuss|talk|chat|explore|meet|speak|try|understand|find|join|continue",
        ["give"] = "send|share|forward|give|provide|show|tell|email|text|ship|shoot",
        ["facts"] = "information|info|details|detail|pricing|price|prices|quote|quotation|offer|proposal|brochure|deck|slides|link|demo|sample|case|times|dates|numbers|invite|material|materials|contract|documentation",
        ["weekday"] = "monday|tuesday|wednesday|thursday|friday|mon|tue|wed|thu|fri",
        ["month"] = "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|apr|jun|jul|aug|sept|sep|oct|nov|dec",
        ["day"] = "1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|29|30|31|01|02|03|04|05|06|07|08|09|1st|2nd|3rd|4th|5th|6th|7th|8th|9th|10th|11th|12th|13th|14th|15th|16th|17th|18th|19th|20th|21st|22nd|23rd|24th|25th|26th|27th|28th|29th|30th|31st|2026|2027|2028",
        ["season"] = "q1|q2|q3|q4|spring|summer|autumn|fall|winter|easter|christmas|2027|2028",
        ["period"] = "week|weeks|month|months|quarter|quarters|year|years",
        ["some"] = "a|few|couple|several|one|two|three|four|five|six|nine|twelve|2|3|4|5|6|8|9|10|12|18",
        ["again"] = "try|ping|check|circle|come|get|reach|contact|ask|write|call|email|follow|remind|reconnect|touch|revisit|reconsider|talk|speak|message|connect|back",
        ["vendor"] = "vendor|provider|supplier|partner|agency|broker|system|solution|tool|software|product|contractor|consultant|accountant|platform",
        ["current"] = "current|existing|present|own|incumbent",
        ["fond"] = "interesting|great|good|promising|useful|intriguing|amazing|awesome|fantastic|helpful|cool|perfect|relevant|like|exciting|excellent|wonderful|nice",
    };
}
