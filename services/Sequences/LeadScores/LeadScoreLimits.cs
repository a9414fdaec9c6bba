namespace ContactPlatform.Sequences.LeadScores;

/// <summary>Limits of lead_score_rule.proto.</summary>
public static class LeadScoreLimits
{
    /// <summary>Rules of an account. Callers at the same time may get a few past it.</summary>
    public const int Rules = 100;

    /// <summary>Characters of a name.</summary>
    public const int Name = 100;

    /// <summary>Points of a rule, up or down: as Contacts allows.</summary>
    public const int Points = 1_000;
}
