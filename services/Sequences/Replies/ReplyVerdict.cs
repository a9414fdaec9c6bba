using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Replies;

/// <summary>What the classifier makes of a reply.</summary>
/// <param name="Category">What it means; UNCATEGORISED where a person has to say.</param>
/// <param name="RuleId">The rule that said so; empty where none did.</param>
/// <param name="Automatic">True when a program wrote it.</param>
/// <param name="Language">Its language.</param>
/// <param name="Return">When the sender is back; for OUT_OF_OFFICE alone.</param>
public readonly record struct ReplyVerdict(ReplyCategory Category, string RuleId, bool Automatic, ReplyLanguage Language, ReturnDay Return)
{
    /// <summary>True when a person has to look at it: nothing fits, or it is in a language that is not read.</summary>
    public bool NeedsPerson => Category == ReplyCategory.Uncategorised || (Automatic && Category == ReplyCategory.AutoReply && Language == ReplyLanguage.Other);
}
