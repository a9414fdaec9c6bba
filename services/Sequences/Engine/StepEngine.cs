using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Sequences.Engine;

/// <summary>
/// Does what is due, in some lanes at once: each takes a batch, sends its mails, and makes the tasks in it. Any number of processes do
/// this on one database, and what a dead one has reserved goes to another.
/// </summary>
public sealed partial class StepEngine(IServiceScopeFactory scopes, StepSender sender, EngineSettings settings, TimeProvider time, ILogger<StepEngine> logger) : BackgroundService
{
    /// <summary>How long nothing may be found out of what has become due.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(0.5);

    /// <summary>Reservations of a batch that are sent side by side: a batch can be of many sequences.</summary>
    private const int SideBySide = 8;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([.. Enumerable.Range(0, settings.Lanes).Select(_ => LaneAsync(StepsAsync, stoppingToken)), LaneAsync(ReturnsAsync, stoppingToken), LaneAsync(OrphansAsync, stoppingToken)]);

    private async Task LaneAsync(Func<CancellationToken, Task<bool>> round, CancellationToken stopping)
    {
        var pause = Poll;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await round(stopping))
                {
                    pause = Poll;
                    continue;
                }
                pause = Poll;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (FaultTable.Find(e) is not null)
            {
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                LogWaiting(pause, e);
            }
            catch (Exception e)
            {
                // Said, and tried again: a lane that gave up would leave everything to the other processes for good.
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                LogStuck(pause, e);
            }
            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> StepsAsync(CancellationToken stopping)
    {
        var claimed = await InScopeAsync<StepClaim, Claimed>(claim => claim.TakeAsync(stopping));
        await Parallel.ForEachAsync(claimed.Dispatches, new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = stopping }, async (d, cancel) => await sender.SendAsync(d, cancel));
        if (claimed.Others.Count > 0)
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<PersonSteps>().DoAsync(claimed.Others, stopping);
        }
        return claimed.Count > 0;
    }

    private async Task<bool> ReturnsAsync(CancellationToken stopping) =>
        await InScopeAsync<Returns, bool>(returns => returns.ResumeAsync(stopping)) | await InScopeAsync<Returns, bool>(returns => returns.UnparkAsync(stopping));

    private async Task<bool> OrphansAsync(CancellationToken stopping)
    {
        if (await InScopeAsync<DispatchWork, Dispatch?>(work => work.AdoptAsync(stopping)) is not { } dispatch)
        {
            return false;
        }
        LogAdopted(dispatch.Row.DispatchId);
        await sender.SendAsync(dispatch, stopping);
        return true;
    }

    private async Task<T> InScopeAsync<TService, T>(Func<TService, Task<T>> act) where TService : notnull
    {
        await using var scope = scopes.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<TService>());
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Reservation {DispatchId} of a process that is gone is sent from here")]
    private partial void LogAdopted(long dispatchId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Due steps wait for what passes by itself; trying again in {Pause}")]
    private partial void LogWaiting(TimeSpan pause, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Doing due steps broke; trying again in {Pause}")]
    private partial void LogStuck(TimeSpan pause, Exception exception);
}
