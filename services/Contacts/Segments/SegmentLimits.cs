namespace ContactPlatform.Contacts.Segments;

/// <summary>Limits of segment.proto.</summary>
public static class SegmentLimits
{
    /// <summary>Characters in a name.</summary>
    public const int Name = 100;

    /// <summary>Segments of an account.</summary>
    public const int Segments = 1000;

    /// <summary>Snapshots of an account.</summary>
    public const int Snapshots = 100;

    /// <summary>Ids that a set can give one by one.</summary>
    public const int GivenIds = 10_000;

    /// <summary>Contacts that a filter is asked about at once.</summary>
    public const int Matched = 1_000;
}

/// <summary>Settings of segments; configuration `Segments`.</summary>
public sealed class SegmentOptions
{
    /// <summary>Seconds of the database's time for a count, a page or an explanation, 1 to 600.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 600)]
    public int TimeoutSeconds { get; set; } = 30;

    /// <summary>Seconds of the database's time for writing down who is in a set, for a snapshot or a bulk run, 1 to 3,600.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 3600)]
    public int FreezeSeconds { get; set; } = 600;
}
