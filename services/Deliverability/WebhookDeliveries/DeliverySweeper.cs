using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>Forgets old deliveries, those of deleted webhooks, and secrets whose overlap is over: at the start and once an hour.</summary>
public sealed partial class DeliverySweeper(IServiceScopeFactory scopes, TimeProvider time, ILogger<DeliverySweeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan DeliveredKept = TimeSpan.FromDays(7);
    private static readonly TimeSpan DeadKept = TimeSpan.FromDays(30);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested && FaultTable.Find(e) is not null)
            {
                LogLater(e);
            }
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sweeps once, over all accounts.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<DeliverabilityDbContext>();
        var now = time.Now();
        var (delivered, dead) = (now - DeliveredKept, now - DeadKept);
        await db.WebhookDeliveries.IgnoreQueryFilters().Where(d => d.EndTime <= delivered && (d.State == WebhookDeliveryState.Delivered || d.EndTime <= dead)).ExecuteDeleteAsync(cancellationToken);
        await db.WebhookDeliveries.IgnoreQueryFilters().Where(d => !db.Webhooks.IgnoreQueryFilters().Any(w => w.AccountId == d.AccountId && w.WebhookId == d.WebhookId)).ExecuteDeleteAsync(cancellationToken);
        await db.Webhooks.IgnoreQueryFilters().Where(w => w.OverlapEndTime <= now).ExecuteUpdateAsync(set => set
            .SetProperty(w => w.FormerSecret, (byte[]?)null).SetProperty(w => w.FormerKeyId, (string?)null).SetProperty(w => w.OverlapEndTime, (DateTime?)null), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old deliveries of webhooks are forgotten an hour later")]
    private partial void LogLater(Exception exception);
}
