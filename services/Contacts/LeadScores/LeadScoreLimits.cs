namespace ContactPlatform.Contacts.LeadScores;

/// <summary>Limits of lead_score.proto.</summary>
public static class LeadScoreLimits
{
    /// <summary>Entries in a call.</summary>
    public const int Entries = 1_000;

    /// <summary>Points of an entry, up or down.</summary>
    public const int Points = 1_000;

    /// <summary>Points of a contact, up or down: far from what a number of 32 bits holds, so that no sum of a call leaves that.</summary>
    public const int Score = 1_000_000_000;

    /// <summary>Characters of what they are for.</summary>
    public const int Reason = 200;
}
