using ContactPlatform.Deliverability.V1;

namespace ContactPlatform.Deliverability.Classifications;

/// <summary>What the classifier says.</summary>
/// <param name="Class">What the failure means for the address.</param>
/// <param name="RuleId">The rule that said so: `code.…`, `text.…`, or `else`.</param>
public readonly record struct Verdict(FailureClass Class, string RuleId);
