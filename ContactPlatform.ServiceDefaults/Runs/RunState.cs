namespace ContactPlatform.ServiceDefaults.Runs;

/// <summary>States of a run; the numbers are those of contactplatform.common.v1.RunState.</summary>
public enum RunState
{
    /// <summary>Waits for a worker.</summary>
    Queued = 1,

    /// <summary>Is being worked on.</summary>
    Running = 2,

    /// <summary>Done.</summary>
    Succeeded = 3,

    /// <summary>Gave up.</summary>
    Failed = 4,

    /// <summary>Was cancelled.</summary>
    Cancelled = 5,
}
