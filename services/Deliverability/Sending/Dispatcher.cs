using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using ContactPlatform.Deliverability.Smtp;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>
/// Sends what is queued, over some connections at once. One reserves groups of messages for all, each sends a group, one mail
/// after the other, and goes on to the next while what became of the last is written. Any number of processes do this on one database.
/// </summary>
public sealed partial class Dispatcher(
    IServiceScopeFactory scopes, SmtpOpening opening, MailGroups groups, ResultWriter results, DomainSlots domains, SendSettings settings, SendWorker worker, SendSignal signal, TimeProvider time, ILogger<Dispatcher> logger)
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

    /// <summary>Groups that are reserved for connections that come next.</summary>
    private readonly ConcurrentQueue<MailGroup> ready = new();

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
        await GiveBackAsync(writeGrace.Token);
    }

    private async Task SendAsync(SendStop stop)
    {
        var stopping = stop.Stopping;
        var pause = TimeSpan.Zero;
        // What became of the group before: at most one is written while the next is sent.
        var writing = Task.CompletedTask;
        await using var connection = new PooledConnection(opening, Idle, time);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await connection.CloseIdleAsync();
                if (await TakeAsync(connection, stopping) is { } group)
                {
                    var sent = await groups.SendAsync(group, connection, stop);
                    domains.Leave(group.Mails.Select(m => m.Domain));
                    var before = writing;
                    writing = WriteAsync(group, sent.Results, stop.WriteGrace);
                    await before;
                    if (sent.Problem is { } problem)
                    {
                        ExceptionDispatchInfo.Throw(problem);
                    }
                }
                pause = TimeSpan.Zero;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (SmtpUnavailableException e)
            {
                pause = Longer(pause);
                LogUnavailable(e.Message, pause);
                await GiveBackAsync(stop.WriteGrace);
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
        await SeeThroughAsync(writing);
    }

    /// <summary>Waits until something is written; that it cannot be is said.</summary>
    private async Task SeeThroughAsync(Task writing)
    {
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (writing.Exception is { } problem)
        {
            LogNotWritten(problem);
        }
    }

    private async Task WriteAsync(MailGroup group, IReadOnlyList<SendResult> sent, CancellationToken grace)
    {
        try
        {
            await results.WriteAsync(sent, grace);
        }
        finally
        {
            worker.Leave(group);
        }
    }

    /// <summary>Gives back what is reserved for connections that cannot be had.</summary>
    private async Task GiveBackAsync(CancellationToken grace)
    {
        while (ready.TryDequeue(out var group))
        {
            domains.Leave(group.Mails.Select(m => m.Domain));
            await SeeThroughAsync(WriteAsync(group, [.. groups.Unsent(group)], grace));
        }
    }

    /// <summary>Takes a group that is ready, or waits for its turn and reserves one for each connection; the mail server must be there before anything is reserved.</summary>
    private async Task<MailGroup?> TakeAsync(PooledConnection connection, CancellationToken stopping)
    {
        if (!connection.Open && (!ready.IsEmpty || await AnyDueAsync(stopping)))
        {
            // Outside of its turn: a server that is slow to greet keeps nobody else waiting.
            await connection.OpenAsync(stopping);
        }
        if (connection.Open && ready.TryDequeue(out var mine))
        {
            return mine;
        }
        if (!await turn.WaitAsync(Idle, stopping))
        {
            return null;
        }
        try
        {
            return await InTurnAsync(connection, stopping);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<MailGroup?> InTurnAsync(PooledConnection connection, CancellationToken stopping)
    {
        if (connection.Open && ready.TryDequeue(out var mine))
        {
            return mine;
        }
        await using var scope = scopes.CreateAsyncScope();
        var queue = scope.ServiceProvider.GetRequiredService<SendQueue>();
        if (!(busy && connection.Open) && ready.IsEmpty && !await queue.AnyDueAsync(stopping))
        {
            await signal.WaitAsync(Poll, stopping);
            return null;
        }
        if (!connection.Open)
        {
            return null;
        }
        var asked = !busy;
        var (any, reserved) = await queue.ReserveAsync(worker, Math.Min(settings.Connections, domains.Room), domains.Busy, stopping);
        busy = reserved.Count > 0;
        if (!any && asked)
        {
            // Other processes have the senders whose turn it is; they are done within milliseconds.
            await signal.WaitAsync(TimeSpan.FromMilliseconds(10), stopping);
        }
        foreach (var group in reserved)
        {
            worker.Take(group);
            domains.Enter(group.Mails.Select(m => m.Domain));
            if (group != reserved[0])
            {
                ready.Enqueue(group);
            }
        }
        return reserved.Count > 0 ? reserved[0] : null;
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "What became of mails is not written; their outcome will be called unknown")]
    private partial void LogNotWritten(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sending waits for what passes by itself; trying again in {Pause}")]
    private partial void LogWaiting(TimeSpan pause, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sending broke; trying again in {Pause}")]
    private partial void LogStuck(TimeSpan pause, Exception exception);
}
