using ContactPlatform.Deliverability.Smtp;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>
/// Sends what is queued, over some connections at once. Each reserves a group of messages, sends them one after the other,
/// and writes what became of them. Any number of processes do this on one database.
/// </summary>
public sealed partial class Dispatcher(
    IServiceScopeFactory scopes, SmtpOpening opening, MailGroups groups, DomainSlots domains, SendSettings settings, SendWorker worker, SendSignal signal, TimeProvider time, ILogger<Dispatcher> logger)
    : BackgroundService
{
    /// <summary>How long nothing may be heard of what another process has queued.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a connection stays open without mails; servers close theirs after minutes.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>What a stopping process still has to hand the mail at hand over, and to write what became of it; the host waits for 3 s.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1.5), WriteGrace = TimeSpan.FromSeconds(2.8);

    // One connection at a time looks for messages, so that all of them count the same domains.
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Whether the last look found messages: then there are more, as a rule, and nobody asks first.</summary>
    private volatile bool busy;

    /// <inheritdoc/>
    public override void Dispose()
    {
        turn.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var grace = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var writeGrace = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var end = stoppingToken.Register(() =>
        {
            grace.CancelAfter(Grace);
            writeGrace.CancelAfter(WriteGrace);
        });
        var stop = new SendStop(stoppingToken, grace.Token, writeGrace.Token);
        await Task.WhenAll(Enumerable.Range(0, settings.Connections).Select(_ => SendAsync(stop)));
    }

    private async Task SendAsync(SendStop stop)
    {
        var stopping = stop.Stopping;
        var pause = TimeSpan.Zero;
        await using var connection = new PooledConnection(opening, Idle, time);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await connection.CloseIdleAsync();
                if (await TakeAsync(connection, stopping) is { Count: > 0 } mails)
                {
                    try
                    {
                        await groups.SendAsync(mails, connection, stop);
                    }
                    finally
                    {
                        worker.Leave(mails);
                        domains.Leave(mails.Select(m => m.Domain));
                    }
                }
                pause = TimeSpan.Zero;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (SmtpUnavailableException e)
            {
                pause = Longer(pause);
                LogUnavailable(e.Message, pause);
                await PauseAsync(pause, stopping);
            }
            catch (Exception e)
            {
                pause = Longer(pause);
                if (FaultTable.Find(e) is not null)
                {
                    LogWaiting(pause, e);
                }
                else
                {
                    // Said, and tried again: one that gave up would leave all mails to the other processes for good.
                    LogStuck(pause, e);
                }
                await PauseAsync(pause, stopping);
            }
        }
    }

    /// <summary>Waits for its turn and reserves a group; the mail server must be there before anything is reserved.</summary>
    private async Task<IReadOnlyList<ReservedMail>> TakeAsync(PooledConnection connection, CancellationToken stopping)
    {
        if (!connection.Open && await AnyDueAsync(stopping))
        {
            // Outside of its turn: a server that is slow to greet keeps nobody else waiting.
            await connection.OpenAsync(stopping);
        }
        if (!await turn.WaitAsync(Idle, stopping))
        {
            return [];
        }
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var queue = scope.ServiceProvider.GetRequiredService<SendQueue>();
            if (!(busy && connection.Open) && !await queue.AnyDueAsync(stopping))
            {
                await signal.WaitAsync(Poll, stopping);
                return [];
            }
            if (!connection.Open)
            {
                return [];
            }
            var asked = !busy;
            var (any, mails) = await queue.ReserveAsync(worker.Id, domains.Busy, stopping);
            busy = mails.Count > 0;
            if (!any && asked)
            {
                // Other processes have the senders whose turn it is; they are done within milliseconds.
                await signal.WaitAsync(TimeSpan.FromMilliseconds(10), stopping);
            }
            worker.Take(mails);
            domains.Enter(mails.Select(m => m.Domain));
            return mails;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<bool> AnyDueAsync(CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SendQueue>().AnyDueAsync(stopping);
    }

    private Task PauseAsync(TimeSpan pause, CancellationToken stopping) => Task.Delay(pause, time, stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private static TimeSpan Longer(TimeSpan pause) => pause == TimeSpan.Zero ? TimeSpan.FromSeconds(0.5) : pause * 2 < LongestPause ? pause * 2 : LongestPause;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing can be sent: {Problem}; trying again in {Pause}")]
    private partial void LogUnavailable(string problem, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sending waits for what passes by itself; trying again in {Pause}")]
    private partial void LogWaiting(TimeSpan pause, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sending broke; trying again in {Pause}")]
    private partial void LogStuck(TimeSpan pause, Exception exception);
}
