namespace ContactPlatform.Sequences.Engine;

/// <summary>
/// Does what is due, in some lanes at once: each takes a batch, sends its mails, and makes the tasks in it. Any number of processes do
/// this on one database, and what a dead one has reserved goes to another.
/// </summary>
public sealed partial class StepEngine(Lane lane, IServiceScopeFactory scopes, StepSender sender, EngineSettings settings, ILogger<StepEngine> logger) : BackgroundService
{
    /// <summary>Reservations of a batch that are sent side by side: a batch can be of many sequences.</summary>
    private const int SideBySide = 8;

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
    [
        .. Enumerable.Range(0, settings.Lanes).Select(_ => lane.RunAsync<StepClaim>(StepsAsync, stoppingToken)),
        lane.RunAsync<Returns>(async (returns, cancel) => await returns.ResumeAsync(cancel) | await returns.UnparkAsync(cancel), stoppingToken),
        lane.RunAsync<DispatchWork>(OrphansAsync, stoppingToken),
    ]);

    private async Task<bool> StepsAsync(StepClaim claim, CancellationToken stopping)
    {
        var claimed = await claim.TakeAsync(stopping);
        await Parallel.ForEachAsync(claimed.Dispatches, new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = stopping }, async (d, cancel) => await sender.SendAsync(d, cancel));
        if (claimed.Others.Count > 0)
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<PersonSteps>().DoAsync(claimed.Others, stopping);
        }
        return claimed.Count > 0;
    }

    private async Task<bool> OrphansAsync(DispatchWork work, CancellationToken stopping)
    {
        if (await work.AdoptAsync(stopping) is not { } dispatch)
        {
            return false;
        }
        LogAdopted(dispatch.Row.DispatchId);
        await sender.SendAsync(dispatch, stopping);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Reservation {DispatchId} of a process that is gone is sent from here")]
    private partial void LogAdopted(long dispatchId);
}
