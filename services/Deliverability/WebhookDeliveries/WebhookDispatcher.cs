using ContactPlatform.Deliverability.Webhooks;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>Calls webhooks, some at once. Any number of processes do this on one database.</summary>
public sealed partial class WebhookDispatcher(WebhookSending sending, WebhookSettings settings, TimeProvider time, ILogger<WebhookDispatcher> logger) : BackgroundService
{
    /// <summary>How long nothing may be heard of what was put down.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(0.5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new List<(long WebhookId, Task Task)>();
        while (!stoppingToken.IsCancellationRequested)
        {
            running.RemoveAll(r => r.Task.IsCompleted);
            var calls = await TakeAsync(running, stoppingToken);
            running.AddRange(calls.Select(c => (c.WebhookId, sending.CallAsync(c, stoppingToken))));
            if (calls.Count == 0)
            {
                using var woken = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                await Task.WhenAny([.. running.Select(r => r.Task), Task.Delay(Poll, time, woken.Token)]);
                await woken.CancelAsync();
            }
        }
        await Task.WhenAll(running.Select(r => r.Task));
    }

    private async Task<IReadOnlyList<WebhookCall>> TakeAsync(List<(long WebhookId, Task Task)> running, CancellationToken cancellationToken)
    {
        try
        {
            return running.Count >= settings.Connections ? []
                : await sending.TakeAsync(settings.Connections - running.Count, running.CountBy(r => r.WebhookId).ToDictionary(), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return [];
        }
        catch (Exception e)
        {
            if (FaultTable.Find(e) is not null)
            {
                LogWaiting(e);
            }
            else
            {
                // Said, and tried again: one that gave up would leave all calls to the other processes for good.
                LogStuck(e);
            }
            return [];
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Calling webhooks waits for what passes by itself")]
    private partial void LogWaiting(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Calls of webhooks could not be taken; trying again")]
    private partial void LogStuck(Exception exception);
}
