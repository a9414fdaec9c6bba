namespace ContactPlatform.Sequences.Replies;

/// <summary>How people say no.</summary>
public static class NotInterestedRules
{
    /// <summary>The rules.</summary>
    public static readonly WordRule[] Table =
    [
        new("no", "^no$", "^no thanks|thank", "^no we|i are|am|have|do|will", "^nope", "^nah", "no thanks", "no thank you", "thanks|thank|you but no", "^pass$", "^hard pass", "i|we|will|to|gonna pass$", "i|we will pass", "have|going to pass", "not for me|us", "not for {my} team|company|business|firm", "^not really", "must|will|to|respectfully|have decline", "decline * offer|invitation", "is a no", "no go"),
        new("interest", "not * interested", "no interest", "not * of interest", "not|zero|little|without|lack * interest", "not * relevant|applicable|suitable|useful|convinced", "not * fit|match", "not * see * value|need|benefit|point|use|reason", "lost interest"),
        new("need", "no need|use|plans|intention|intentions|requirement|requirements|demand|appetite", "not * need|require", "nobody * feels|thinks|wants|needs * need|chatbot|this|it", "not looking", "not in the|a market|position", "not * plan|planning|plans|intend", "not something we|i|that", "not * going|moving|move|proceed|proceeding|go|continue forward|ahead|further", "not * proceed|pursue|pursuing|proceeding", "not * use|using|do|run salesforce|that|such|any|this|it|these|hubspot|one", "do not|never use", "not|rather worth", "no money|resources|funds for", "not work|working with|for", "wasting * time", "waste of", "work|works|working fine|well|great|ok for us", "thanks|thank you anyway", "nothing to|for * automate|improve|change|buy|us|me", "too small|big|expensive|pricey|costly|complicated|complex", "way too|over", "out of|over {my} budget|price", "can not afford", "cheaper"),
        new("have-one", "already have|use|using|work|working|got|covered|partnered|engaged|signed|solved|built|doing", "happy|satisfied|fine|content|comfortable|stick|sticking|staying with {my}|what|them|it|the|how|where", "happy|satisfied|fine|content * {current}", "{current} {vendor} * happy|good|great|fine|works|well", "all set", "^we|i are|am good|set|fine|covered|ok", "we|i are|am good|fine|ok|covered$", "in house", "inhouse", "renewed with", "just|recently renewed|signed|switched|bought|chose", "competitor|competitors$", "of your competitors", "have|got * {vendor} * place|already", "decided|chose|chosen|opted|went|gone * against|another|different|other|someone|elsewhere|competitor|not|with|for", "built|build|made|wrote|do * ourselves|own|myself|similar", "do {my}|it|this|that|these * ourselves")
        {
            Unless = ["happy|good|fine with|to * call|talk|meet|meeting|chat|time|date|speak", "already have|got * but * love|like|looking|replace|pain|unhappy|switch|frustrated", "we|i are good to"],
        },
    ];
}
