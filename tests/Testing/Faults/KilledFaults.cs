namespace ContactPlatform.Testing.Faults;

/// <summary>Processes killed (kill -9) or frozen at a random moment of a run: it ends by itself, and everybody is changed once.</summary>
internal static class KilledFaults
{
    /// <summary>The only Funnel.</summary>
    public static Task OneFunnelAsync(FaultBed bed, CancellationToken cancellationToken) => AloneAsync(bed, async () =>
    {
        var run = await bed.StartRunAsync(cancellationToken);
        await bed.SomeTimeAsync(cancellationToken);
        await FaultBed.KillAndStartAsync(bed.Stack.Funnel.Service, cancellationToken);
        await bed.AssertExactAsync(run, bed.Crowd, cancellationToken);
    }, cancellationToken);

    /// <summary>The one of two Funnels that works; the other goes on.</summary>
    public static async Task FunnelOfTwoAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var run = await bed.StartRunAsync(cancellationToken);
        await bed.SomeTimeAsync(cancellationToken);
        var victim = bed.WorkerOf(run) ?? bed.Stack.Funnel.Replicas[bed.Random.Next(2)];
        await victim.Process.KillAsync(cancellationToken);
        // Without it until the end, or only for a while.
        if (bed.Random.Next(2) == 0)
        {
            await bed.EndAsync(run, cancellationToken);
        }
        await victim.StartAgainAsync(cancellationToken);
        await bed.AssertExactAsync(run, bed.Crowd, cancellationToken);
    }

    /// <summary>Contacts, as early as it can be: it streams members in the first part of a run.</summary>
    public static async Task ContactsAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var run = await bed.StartRunAsync(cancellationToken);
        await bed.SomeTimeAsync(bed.RunTime / 4, cancellationToken);
        await bed.Stack.Contacts.Service.Process.KillAsync(cancellationToken);
        bed.Log($"the set was {(await bed.FunnelAsync($"SELECT COUNT(*) FROM runs WHERE run_id = {run} AND set_time IS NOT NULL", cancellationToken) == 1 ? "fixed" : "not fixed")}");
        await bed.SomeTimeAsync(TimeSpan.FromSeconds(1), cancellationToken);
        await bed.Stack.Contacts.Service.StartAgainAsync(cancellationToken);
        await bed.AssertExactAsync(run, bed.Crowd, cancellationToken);
    }

    /// <summary>Contacts and both Funnels.</summary>
    public static async Task BothAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var run = await bed.StartRunAsync(cancellationToken);
        await bed.SomeTimeAsync(cancellationToken);
        await Task.WhenAll(bed.Stack.Services.Select(s => s.Process.KillAsync(cancellationToken)));
        foreach (var service in bed.Stack.Services.OrderBy(_ => bed.Random.Next()).ToList())
        {
            await service.StartAgainAsync(cancellationToken);
        }
        await bed.AssertExactAsync(run, bed.Crowd, cancellationToken);
    }

    /// <summary>
    /// The worker is frozen while it holds a piece, longer than its lease; another ends the run; then it wakes up, and
    /// must not write.
    /// </summary>
    public static async Task ZombieAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var middle = bed.Crowd.LabelledIds.ElementAt(bed.Random.Next(bed.Crowd.Labelled));
        long run;
        ServiceHost worker;
        await using (await HeldRows.StageAsync(bed.Stack.Funnel.Database, middle, cancellationToken))
        {
            // Stopped by a row lock of ours, it is in the middle for certain.
            run = await bed.StartRunAsync(cancellationToken);
            await FaultBed.UntilAsync("only the held piece is left", async () => await bed.FunnelAsync(
                $"SELECT COUNT(*) FROM runs WHERE run_id = {run} AND set_time IS NOT NULL AND total_count - done_count BETWEEN 1 AND 1000", cancellationToken) == 1, cancellationToken);
            worker = bed.WorkerOf(run)!;
            worker.Process.Suspend();
        }
        try
        {
            await bed.AssertExactAsync(run, bed.Crowd, cancellationToken);
            FaultBed.Must(await bed.FunnelAsync($"SELECT epoch FROM runs WHERE run_id = {run}", cancellationToken) > 1, "nobody has taken the run over");
        }
        finally
        {
            worker.Process.Resume();
        }
        // It has said that the run is somebody else's, or at least has had the time to do harm.
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
        await bed.AssertExactAsync(run, bed.Crowd, cancellationToken);
    }

    /// <summary>Does something while there is one Funnel only.</summary>
    private static async Task AloneAsync(FaultBed bed, Func<Task> work, CancellationToken cancellationToken)
    {
        var other = bed.Stack.Funnel.Replicas[1];
        await other.Process.KillAsync(cancellationToken);
        try
        {
            await work();
        }
        finally
        {
            await other.StartAgainAsync(cancellationToken);
        }
    }
}
