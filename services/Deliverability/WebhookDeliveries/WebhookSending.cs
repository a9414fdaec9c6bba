using System.Diagnostics.Metrics;
using ContactPlatform.Deliverability.Webhooks;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Telemetry;

namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>Takes deliveries, webhook after webhook, and makes their calls.</summary>
public sealed partial class WebhookSending(IServiceScopeFactory scopes, WebhookCaller caller, WebhookSettings settings, ILogger<WebhookSending> logger)
{
    private static readonly Meter Meter = new(PlatformTelemetry.Name);
    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>("contactplatform.webhook.attempts", "{call}", "Calls of webhooks, by result");

    private long last;

    /// <summary>Takes what is due, beginning behind the webhook that was looked at last.</summary>
    /// <param name="room">How many at most.</param>
    /// <param name="busy">Calls that are being made, by webhook.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<WebhookCall>> TakeAsync(int room, IReadOnlyDictionary<long, int> busy, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var turns = scope.ServiceProvider.GetRequiredService<WebhookTurns>();
        var calls = new List<WebhookCall>();
        var due = await turns.DueAsync(last, cancellationToken);
        if (due.Count == 0 && last != 0)
        {
            due = await turns.DueAsync(last = 0, cancellationToken);
        }
        foreach (var (accountId, webhookId) in due)
        {
            var most = Math.Min(room - calls.Count, settings.PerWebhook - busy.GetValueOrDefault(webhookId));
            if (room == calls.Count)
            {
                break;
            }
            last = webhookId;
            if (most > 0)
            {
                calls.AddRange(await turns.TakeAsync(accountId, webhookId, most, cancellationToken));
            }
        }
        return calls;
    }

    /// <summary>Makes a call and writes what became of it. When that cannot be written, the call is made again when its lease is over.</summary>
    public async Task CallAsync(WebhookCall call, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await caller.SendAsync(call, cancellationToken);
            Attempts.Add(1, new KeyValuePair<string, object?>("result", outcome.Result.ToString()));
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<WebhookResults>().WriteAsync(call, outcome, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping: nobody knows what became of it.
        }
        catch (Exception e)
        {
            if (FaultTable.Find(e) is not null)
            {
                LogAgain(call.WebhookId, e);
            }
            else
            {
                LogBroke(call.WebhookId, e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What became of a call of webhook {WebhookId} could not be written; it is made again")]
    private partial void LogAgain(long webhookId, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A call of webhook {WebhookId} broke; it is made again")]
    private partial void LogBroke(long webhookId, Exception exception);
}
