using ContactPlatform.Sequences.V1;

namespace ContactPlatform.Sequences.Replies;

/// <summary>When somebody is back.</summary>
/// <param name="Knowledge">What is known.</param>
/// <param name="Day">The first day back; for Known and Past alone.</param>
public readonly record struct ReturnDay(ReturnKnowledge Knowledge, DateOnly? Day = null)
{
    /// <summary>Shows both.</summary>
    public override string ToString() => Day is { } day ? FormattableString.Invariant($"{Knowledge} {day:yyyy-MM-dd}") : Knowledge.ToString();
}
