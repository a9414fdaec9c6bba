using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Sequences.Engine;

/// <summary>Does one kind of work again and again, each round in a scope of its own, and waits a little where there is none.</summary>
public sealed partial class Lane(IServiceScopeFactory scopes, TimeProvider time, ILogger<Lane> logger)
{
    /// <summary>How long nothing may be found out of what has become due.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Goes on until it is stopped.</summary>
    /// <param name="round">Does some work; false where there was none.</param>
    /// <param name="stopping">Stops.</param>
    public async Task RunAsync<TWork>(Func<TWork, CancellationToken, Task<bool>> round, CancellationToken stopping) where TWork : notnull
    {
        var pause = Poll;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var more = await round(scope.ServiceProvider.GetRequiredService<TWork>(), stopping);
                pause = Poll;
                if (more)
                {
                    continue;
                }
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                // Whatever a call says that was given up: what was in hand is taken again when its lease ends.
                return;
            }
            catch (Exception e)
            {
                // Said, and tried again: a lane that gave up would leave everything to the other processes for good.
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                if (FaultTable.Find(e) is not null)
                {
                    LogWaiting(typeof(TWork).Name, pause, e);
                }
                else
                {
                    LogStuck(typeof(TWork).Name, pause, e);
                }
            }
            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Work} waits for what passes by itself; trying again in {Pause}")]
    private partial void LogWaiting(string work, TimeSpan pause, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Work} broke; trying again in {Pause}")]
    private partial void LogStuck(string work, TimeSpan pause, Exception exception);
}
