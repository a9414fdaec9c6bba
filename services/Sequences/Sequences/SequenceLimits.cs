namespace ContactPlatform.Sequences.Sequences;

/// <summary>How large sequences may be.</summary>
public static class SequenceLimits
{
    /// <summary>Characters of a name or a subject.</summary>
    public const int Name = 200;

    /// <summary>Steps at a time.</summary>
    public const int Steps = 50;

    /// <summary>Steps that a sequence has and had, together.</summary>
    public const int StepsEver = 1_000;

    /// <summary>Wordings of one mail.</summary>
    public const int Variants = 10;

    /// <summary>Characters of a mail's text or HTML.</summary>
    public const int Body = 100_000;

    /// <summary>Characters of what a person is to do.</summary>
    public const int Instructions = 10_000;

    /// <summary>Characters of a text message.</summary>
    public const int Sms = 1_000;

    /// <summary>Days of a delay, or of being out of office.</summary>
    public const int Days = 365;

    /// <summary>Mails a day from one sender.</summary>
    public const int DailyLimit = 100_000;

    /// <summary>Characters of an address.</summary>
    public const int Address = 254;
}
