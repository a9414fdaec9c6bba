using ContactPlatform.Deliverability.Classifications;
using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Replays;

/// <summary>The classifier's rules as they are shown.</summary>
public static class RuleList
{
    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<ClassificationRule> All { get; } =
    [
        .. CodeRules.Table.Select(r => new ClassificationRule { RuleId = r.Id, FailureClass = r.Class, Source = $"IANA, enhanced status codes: {r.Name}" }),
        .. MailSystems.Table.SelectMany(s => s.Rules.Select(r => new ClassificationRule { RuleId = Classifier.Id(s, r), FailureClass = r.Class, Words = { r.Words }, Source = s.Source })),
        new ClassificationRule { RuleId = Classifier.Else, FailureClass = Classifier.Rules[Classifier.Else], Source = "what nothing else says" },
    ];
}
