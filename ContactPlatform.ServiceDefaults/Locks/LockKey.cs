namespace ContactPlatform.ServiceDefaults.Locks;

/// <summary>A lock's key with its timing. All keys of the platform are made here.</summary>
/// <param name="Key">Key in Redis.</param>
/// <param name="Lease">How long the lock outlives a holder that vanished; renewed at a third of it.</param>
/// <param name="Wait">How long to wait for a busy lock before giving up.</param>
public sealed record LockKey(string Key, TimeSpan Lease, TimeSpan Wait)
{
    private static readonly TimeSpan ShortLease = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongLease = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(2);

    /// <summary>Held by Funnel while it reads a label's members, and by Contacts while it changes them in bulk.</summary>
    public static LockKey Label(long accountId, long labelId) => new($"label:{accountId}:{labelId}", LongLease, ShortWait);

    /// <summary>The same while a run of Contacts changes the members: gone as soon as its worker's lease, so that a run whose worker died need not wait for itself.</summary>
    public static LockKey LabelInRun(long accountId, long labelId) => Label(accountId, labelId) with { Lease = ShortLease };

    /// <summary>Held by the one label rule run of an account that works.</summary>
    public static LockKey LabelRules(long accountId) => new($"label-rules:{accountId}", ShortLease, TimeSpan.Zero);

    /// <summary>Held by the worker of a run. Short, so that another replica takes a dead worker's run up within seconds.</summary>
    public static LockKey Run(string service, long runId) => new($"run:{service}:{runId}", ShortLease, TimeSpan.Zero);

    /// <summary>Held by the one run that rebuilds a projection of a service, whichever account asked for it.</summary>
    public static LockKey Rebuild(string consumer, string source) => new($"rebuild:{consumer}:{source}", ShortLease, TimeSpan.Zero);

    /// <summary>Held by the one replica of a service that looks for what breaks the rules between services.</summary>
    public static LockKey StandingCheck(string service) => new($"standing-check:{service}", ShortLease, TimeSpan.Zero);

    /// <summary>Held by the one reader of a change feed on behalf of a consumer.</summary>
    public static LockKey Feed(string consumer, string source) => new($"feed:{consumer}:{source}", ShortLease, TimeSpan.Zero);
}
