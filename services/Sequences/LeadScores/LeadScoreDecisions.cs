using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Sequences.LeadScores;

/// <summary>Decides what contacts get. Pure.</summary>
public static class LeadScoreDecisions
{
    /// <summary>What entering a status is worth: one award for each rule that is on and names it.</summary>
    /// <param name="rules">The account's rules.</param>
    /// <param name="entered">Contacts that have entered a status.</param>
    public static IEnumerable<(LeadScoreRuleRow Rule, ContactMove Entry)> Awards(IReadOnlyCollection<LeadScoreRuleRow> rules, IEnumerable<ContactMove> entered) =>
        entered.SelectMany(e => rules.Where(r => !r.Disabled && r.Engagement == e.To.Engagement).Select(r => (r, e)));

    /// <summary>How long points wait after so many attempts in vain: a second, then twice as long each time, and never more than ten minutes.</summary>
    public static TimeSpan Pause(int attempts) => TimeSpan.FromSeconds(Math.Min(600, Math.Pow(2, Math.Clamp(attempts - 1, 0, 10))));

    /// <summary>The refusal when the account has no such rule.</summary>
    public static Refusal NotFound(long ruleId) =>
        new Refusal(SequencesReasons.LeadScoreRuleNotFound, $"there is no rule of lead scoring {ruleId}").With("lead_score_rule_id", ruleId);
}
