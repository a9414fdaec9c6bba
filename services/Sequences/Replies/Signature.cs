namespace ContactPlatform.Sequences.Replies;

/// <summary>
/// Cuts off what follows a person's words: the signature, the mail program's own line, the company's small print, which may
/// speak of unsubscribing and of meetings without anybody having said so. A postscript below it is kept.
/// </summary>
public static class Signature
{
    /// <summary>Whole lines, in lower case without a last comma, that close a letter.</summary>
    private static readonly HashSet<string> Closings = new(StringComparer.Ordinal)
    {
        "best", "best regards", "kind regards", "warm regards", "regards", "many thanks and best regards", "with best regards", "with kind regards", "best wishes", "all the best", "br", "kr",
        "sincerely", "yours sincerely", "yours faithfully", "yours truly", "cheers", "thanks and regards", "thanks & regards", "thank you and regards", "respectfully", "cordially", "warmly", "take care",
    };

    /// <summary>Beginnings of lines, in lower case, that no person writes.</summary>
    private static readonly string[] Marks =
    [
        "sent from my ", "sent from outlook", "sent from mail for", "sent via ", "get outlook for", "sent with ", "sent from yahoo", "sent from proton",
        "confidentiality notice", "confidentiality note", "disclaimer:", "disclaimer -", "this email and any attachments", "this e-mail and any attachments", "this email and any files", "this e-mail and any files",
        "this email is confidential", "this e-mail is confidential", "this message is intended", "this message and any attachments", "this message contains confidential", "this communication is", "this email may contain",
        "the information in this email", "the information contained in this", "the contents of this email", "if you are not the intended recipient", "please consider the environment", "please note that this email is confidential",
        "to unsubscribe from our", "if you no longer wish to receive our", "manage your preferences", "view our privacy", "virus-free.",
    ];

    /// <summary>The lines before the signature, and postscripts, as one text.</summary>
    public static string Cut(IReadOnlyList<string> lines)
    {
        var end = 0;
        var said = false;
        for (; end < lines.Count; end++)
        {
            var line = lines[end].Trim();
            // A closing is one behind words only: `Best` alone at the top is an answer.
            if (lines[end].TrimEnd() == "--" || IsMark(line) || (said && Closings.Contains(line.ToLowerInvariant().TrimEnd(',', '.', '!', ' '))))
            {
                break;
            }
            said |= line.Length > 0;
        }
        var postscript = lines.Skip(end).SkipWhile(l => !IsPostscript(l)).TakeWhile(l => !IsMark(l.Trim()));
        return string.Join('\n', lines.Take(end).Concat(postscript)).Trim();
    }

    private static bool IsMark(string line)
    {
        var lower = line.TrimStart('*', '_').ToLowerInvariant();
        return Array.Exists(Marks, m => lower.StartsWith(m, StringComparison.Ordinal));
    }

    private static bool IsPostscript(string line)
    {
        var text = line.TrimStart();
        return text.StartsWith("PS ", StringComparison.Ordinal) || text.StartsWith("PS:", StringComparison.Ordinal) || text.StartsWith("PS,", StringComparison.Ordinal)
            || text.StartsWith("P.S", StringComparison.OrdinalIgnoreCase);
    }
}
