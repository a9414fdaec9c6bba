namespace ContactPlatform.Sequences.Replies;

/// <summary>What an out-of-office reply tells about the return.</summary>
public enum ReturnKnowledge
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A day.</summary>
    Known,

    /// <summary>A day that two people would read differently, such as 03/04, or two days that contradict each other.</summary>
    Ambiguous,

    /// <summary>A time that depends on when the reply was written, which nobody knows: tomorrow, next week, in two weeks.</summary>
    Relative,

    /// <summary>A day that has passed: whoever wrote it forgot to switch it off.</summary>
    Past,
}

/// <summary>When somebody is back.</summary>
/// <param name="Knowledge">What is known.</param>
/// <param name="Day">The first day back; for Known and Past alone.</param>
public readonly record struct ReturnDay(ReturnKnowledge Knowledge, DateOnly? Day = null)
{
    /// <summary>Shows both.</summary>
    public override string ToString() => Day is { } day ? FormattableString.Invariant($"{Knowledge} {day:yyyy-MM-dd}") : Knowledge.ToString();
}
