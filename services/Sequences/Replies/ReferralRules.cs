namespace ContactPlatform.Sequences.Replies;

/// <summary>How people say that they are the wrong one, or who is the right one.</summary>
public static class ReferralRules
{
    /// <summary>The rules.</summary>
    public static readonly WordRule[] Table =
    [
        new("wrong-person", "not the right|best|correct|appropriate|proper {person}", "wrong person|contact|department|guy|team|company|number", "no longer responsible|{handles}|work|works|manage", "not responsible", "not my|our area|department|responsibility|remit|job|call|decision", "do not handle|manage|deal|decide|oversee|cover", "not * in charge", "not involved in|with", "not something * my team", "no|not * say in", "just|only an|a intern|student|assistant|trainee|apprentice"),
        new("moved", "has|have left the|our company|organisation|organization|firm|business|team", "has|have left {my}|the", "no longer with|at|works|work|working|employed|in", "changed|new|different|another role|roles|job|jobs|position|positions|company|employer", "i|have|am retired|retire", "moved|moving to a|another|the", "not his|her|their phone|number|mail|email|address")
        {
            Unless = ["new|different company|role|job * help|need", "no longer in need|the|interested", "moved|moving to a|another|the {vendor}|cloud|different|new|bigger|larger * {vendor}|building|site", "hire|hiring|new role|roles|position|positions"],
        },
        new("somebody-else", "contact|email|ask|try|message|call|ping|approach * {my} * {colleague}", "speak|talk|turn|connect to|with * {colleague}", "speak|talk to|with|directly my|our|the|a|with|mr|mrs|ms|dr", "you should|want|need|can to|speak|talk|contact|email|reach|ask * to|with|out|at", "touch with * {colleague}|successor", "put|putting you * touch", "best|right|better|correct {person} * is|would|to|for", "please contact|reach|direct|email|ask * at|instead|his|her|their|successor", "refer|referring|direct|point|pointing you to", "instead of me", "try|ask the|our|my * {colleague}", "through {my}|the|procurement|purchasing", "your man|woman|person|contact for|is", "bought|made|decided|handled|organised|organized|managed by", "new owner|ceo|manager|head|director|lead is", "he|she|they might|may|would|could|will|should * interested|help|like|know|want|decide", "lead|head|manager|team might|may|would|could want|like|be"),
        new("handed-on", "forwarded|forwarding|passed|passing|shared|sharing|relayed * to|on|along|with {my}|the|our|to|it", "passed|forwarded|shared {this}|your|the", "have forwarded|passed", "sent it|this|that|your * to {my}|the|him|her|them", "will forward|pass|hand|relay {this}|your|the", "cc d|ed|ing", "cc|cced|ccd|copied|copying|looping|looped|adding|added|including|tagging|bringing in|him|her|them|my|our|you|who|with|mr|mrs|ms", "looping|looped in", "have|am|i cced|ccd|copied", "have|i cc", "am|i introducing", "meet * cc", "let you two|both", "in cc|copy", "copy organises|handles|manages|runs|is")
        {
            Unless = ["looping|looped back", "added|adding you|your|it|this|{me} to", "cc me|us", "shared|passed * with my team * we|and we|they like|love"],
        },
        new("who-handles", "{colleague}|he|she|they|who|him|her {handles}", "{colleague}|he|she|they|who is|are|does|do|would {handles}|charge|that|it", "{colleague}|he|she|they|who is|are in charge", "reach|contact|email|find|write him|her|them|to at|on|directly|via", "{colleague} looks after", "is|are|marketing|it|that now|handled with|by", "my|our|the colleague|colleagues|boss|successor|manager does|do|decides|is|instead", "{colleague} * takes|take care of")
        {
            Unless = ["if|how|what|whether|does|do|can it|this|that|you|your|the {handles}"],
        },
    ];
}
