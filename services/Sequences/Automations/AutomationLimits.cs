namespace ContactPlatform.Sequences.Automations;

/// <summary>Limits of automation.proto.</summary>
public static class AutomationLimits
{
    /// <summary>Rules of an account. Callers at the same time may get a few past it.</summary>
    public const int Rules = 100;

    /// <summary>Actions of a rule.</summary>
    public const int Actions = 10;

    /// <summary>Characters of a name.</summary>
    public const int Name = 100;

    /// <summary>Rules that may lead to each other, one after the other.</summary>
    public const int Chain = 8;

    /// <summary>How long it is kept what rules did, and which points were given.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    /// <summary>Characters of why an action was refused.</summary>
    public const int Reason = 60;
}
