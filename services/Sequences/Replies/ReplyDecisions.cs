using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Replies;

/// <summary>What a reply does to whoever sent it.</summary>
public static class ReplyDecisions
{
    /// <summary>True when the reply opts its contact out by itself: not one of somebody who only quotes the contact.</summary>
    public static bool OptsOut(ReplyCategory category, ReplyMatch match) => category == ReplyCategory.DoNotContact && match != ReplyMatch.Forwarded;

    /// <summary>True when a person has to look at it.</summary>
    public static bool NeedsPerson(ReplyVerdict verdict, ReplyMatch match) => verdict.NeedsPerson || match == ReplyMatch.Forwarded;
}
