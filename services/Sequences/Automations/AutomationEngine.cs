using ContactPlatform.Sequences.Engine;
using ContactPlatform.Sequences.LeadScores;

namespace ContactPlatform.Sequences.Automations;

/// <summary>Does what contacts' entering a status has set off. Any number of processes do this on one database.</summary>
public sealed partial class AutomationEngine(Lane lane, IServiceScopeFactory scopes, AutomationSettings settings, TimeProvider time, ILogger<AutomationEngine> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        lane.RunAsync<LeadScoreWork>((work, cancel) => work.BringAsync(cancel), stoppingToken),
        lane.RunAsync<AutomationWork>(RoundAsync, stoppingToken));

    private async Task<bool> RoundAsync(AutomationWork work, CancellationToken stopping)
    {
        var taken = await work.TakeAsync(stopping);
        // The lease is of all of them: what is not begun at its end is for others.
        using var lease = new CancellationTokenSource(settings.Lease, time);
        await Parallel.ForEachAsync(taken, new ParallelOptions { MaxDegreeOfParallelism = settings.Lanes, CancellationToken = stopping }, async (firing, cancel) =>
        {
            if (!lease.IsCancellationRequested)
            {
                await DoAsync(firing, cancel);
            }
        });
        return taken.Count > 0;
    }

    private async Task DoAsync(TakenFiring firing, CancellationToken stopping)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<AutomationRunner>().RunAsync(firing, stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            // Said, and left to the end of its lease: others are not held up by one that breaks.
            LogBroken(firing.FiringId, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Firing {FiringId} broke; it is taken again when its lease ends")]
    private partial void LogBroken(long firingId, Exception exception);
}
