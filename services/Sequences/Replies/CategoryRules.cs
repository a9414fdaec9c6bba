using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Replies;

/// <summary>A group of rules about what a person wrote.</summary>
/// <param name="Category">What they mean.</param>
/// <param name="Rules">The rules.</param>
public sealed record RuleGroup(ReplyCategory Category, WordRule[] Rules);

/// <summary>
/// What people's answers mean. The groups in the order in which they are asked; see <see cref="ReplyClassifier"/> for what
/// happens when several fit.
/// </summary>
public static class CategoryRules
{
    /// <summary>The groups.</summary>
    public static readonly IReadOnlyList<RuleGroup> Table =
    [
        new(ReplyCategory.DoNotContact, DoNotContactRules.Table),
        new(ReplyCategory.Referral, ReferralRules.Table),
        new(ReplyCategory.NotNow, NotNowRules.Table),
        new(ReplyCategory.NotInterested, NotInterestedRules.Table),
        new(ReplyCategory.Interested, InterestedRules.Table),
    ];
}
