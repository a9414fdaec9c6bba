namespace ContactPlatform.Testing.Faults;

/// <summary>Something that happens to the platform, and what must hold nevertheless.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Tries">How often the harness does it unless told otherwise.</param>
/// <param name="TryAsync">Does it once, leaves the stack healthy, and throws <see cref="FaultException"/> when something does not hold.</param>
public sealed record Fault(string Name, int Tries, Func<FaultBed, CancellationToken, Task> TryAsync)
{
    /// <summary>All of them, in the order in which they are done.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        // First those with services of their own, which read all that Contacts has told: every other fault leaves more of it.
        new("auth", 1, AuthFaults.EveryMethodAsync),
        new("send-killed", 1, SendFaults.KilledAsync),
        new("events-killed", 5, EventFaults.KilledAsync),
        new("sequence-killed", 1, SequenceFaults.KilledAsync),
        new("automations-killed", 5, AutomationFaults.KilledAsync),
        new("funnel-killed", 20, KilledFaults.OneFunnelAsync),
        new("funnel-killed-of-two", 20, KilledFaults.FunnelOfTwoAsync),
        new("contacts-killed", 10, KilledFaults.ContactsAsync),
        new("both-killed", 10, KilledFaults.BothAsync),
        new("redis-killed", 5, RedisFaults.KilledAsync),
        new("redis-paused", 5, RedisFaults.PausedAsync),
        new("redis-flushed", 5, RedisFaults.FlushedAsync),
        new("zombie", 3, KilledFaults.ZombieAsync),
        new("postgres-restarted", 5, DatabaseFaults.RestartedAsync),
        new("label-changed", 5, LabelFaults.ChangedAsync),
        new("label-gone", 5, LabelFaults.GoneAsync),
        new("overlapping-rules", 3, LabelFaults.OverlappingAsync),
        new("same-request", 5, CallFaults.SameRequestAsync),
        new("given-up", 5, CallFaults.GivenUpAsync),
        new("slow-reader", 1, CallFaults.SlowReaderAsync),
        new("read-only", 3, DatabaseFaults.ReadOnlyAsync),
        // Only root can mount a small disk.
        .. SmallDisk.IsPossible ? [new Fault("disk-full", 3, DatabaseFaults.DiskFullAsync)] : Array.Empty<Fault>(),
        new("commit-lost", 10, DatabaseFaults.CommitLostAsync),
        new("commit-lost-in-run", 5, DatabaseFaults.CommitLostInRunAsync),
        new("feed-late-writer", 1, FeedFaults.LateWriterAsync),
        new("feed-restarts", 3, FeedFaults.RestartsAsync),
        new("contacts-runs-killed", 10, ContactsFaults.KilledAsync),
        new("contacts-zombie", 3, ContactsFaults.ZombieAsync),
        new("overlapping-runs", 3, ContactsFaults.OverlappingAsync),
        new("export-killed", 5, ContactsFaults.ExportKilledAsync),
        new("import-hostile", 1, ImportFaults.HostileAsync),
    ];

    /// <summary>Does it once, and then looks at everything.</summary>
    public async Task RunAsync(FaultBed bed, int seed, CancellationToken cancellationToken)
    {
        bed.Random = new Random(seed);
        foreach (var service in bed.Stack.Services)
        {
            // A client that saw its service away waits before it connects again; that is none of this fault.
            await service.Channel.ConnectAsync(cancellationToken);
        }
        await bed.Stack.RenewHeadersAsync(cancellationToken);
        await TryAsync(bed, cancellationToken);
        await bed.CheckAsync(cancellationToken);
    }
}
