namespace ContactPlatform.Testing.Faults;

/// <summary>A run that faults happen to, prepared but not yet asked for.</summary>
/// <param name="Kind">As stored.</param>
/// <param name="Database">Of the service that works on it.</param>
/// <param name="AskAsync">Asks for it under a request_id, at the replica of that number; returns its id.</param>
/// <param name="AssertExactAsync">Looks at the data of the run of this id, which has ended, whether it did everything once.</param>
public sealed record FaultRun(string Kind, TestDatabase Database, Func<string, int, Task<long>> AskAsync, Func<long, Task> AssertExactAsync)
{
    /// <summary>Number of runs of this kind that were ever made.</summary>
    public Task<long> CountAsync(CancellationToken cancellationToken) => OwnStack.NumberAsync(Database, $"SELECT COUNT(*) FROM runs WHERE kind = '{Kind}'", cancellationToken);
}

/// <summary>Runs that are under way together.</summary>
public sealed class RunsUnderWay
{
    private readonly FaultBed _bed;
    private readonly IReadOnlyList<(FaultRun Run, long Id)> _runs;

    private RunsUnderWay(FaultBed bed, IReadOnlyList<(FaultRun, long)> runs) => (_bed, _runs) = (bed, runs);

    /// <summary>Asks for runs, all at once.</summary>
    public static async Task<RunsUnderWay> StartAsync(FaultBed bed, params IEnumerable<FaultRun> runs) =>
        new(bed, await Task.WhenAll(runs.Select(async r => (r, await r.AskAsync(bed.NewName(), 0)))));

    /// <summary>Runs that were asked for already.</summary>
    public static RunsUnderWay Of(FaultBed bed, IReadOnlyList<(FaultRun Run, long Id)> runs) => new(bed, runs);

    /// <summary>Says how far they are.</summary>
    public async Task SayAsync(CancellationToken cancellationToken)
    {
        foreach (var (run, id) in _runs)
        {
            _bed.Log($"{run.Kind} {id}: {await OwnStack.NumberAsync(run.Database, $"SELECT done_count FROM runs WHERE run_id = {id}", cancellationToken)} done");
        }
    }

    /// <summary>Waits until all have ended by themselves, and looks whether each did everything once.</summary>
    public async Task EndExactAsync(CancellationToken cancellationToken)
    {
        foreach (var (run, id) in _runs)
        {
            await _bed.EndAsync(run.Database, id, cancellationToken);
            await run.AssertExactAsync(id);
        }
    }

    /// <summary>Fails unless every run was taken up again by somebody else.</summary>
    public async Task MustHaveChangedHandsAsync(CancellationToken cancellationToken)
    {
        foreach (var (run, id) in _runs)
        {
            FaultBed.Must(await OwnStack.NumberAsync(run.Database, $"SELECT epoch FROM runs WHERE run_id = {id}", cancellationToken) > 1, $"nobody has taken {run.Kind} {id} over");
        }
    }
}
