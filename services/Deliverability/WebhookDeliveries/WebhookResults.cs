using System.Security.Cryptography;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.Webhooks;
using ContactPlatform.ServiceDefaults.Auth;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>Writes what became of calls, and wakes what waited for them.</summary>
public sealed class WebhookResults(DeliverabilityDbContext db, CurrentAccount account, WebhookSettings settings, TimeProvider time)
{
    private const int Dice = 1001;

    /// <summary>Writes the outcome of a call, unless it was taken again meanwhile: then that one counts.</summary>
    public async Task WriteAsync(WebhookCall call, AttemptOutcome outcome, CancellationToken cancellationToken)
    {
        account.Id = call.AccountId;
        var now = time.Now();
        var step = DeliveryDecisions.After(call.Attempt, outcome, now, settings.Delays, RandomNumberGenerator.GetInt32(Dice) / (Dice - 1.0));
        DateTime? end = step.State == WebhookDeliveryState.Waiting ? null : now;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var written = await db.WebhookDeliveries
            .Where(d => d.WebhookId == call.WebhookId && d.WebhookDeliveryId == call.DeliveryId && d.AttemptCount == call.Attempt && d.State == WebhookDeliveryState.Waiting)
            .ExecuteUpdateAsync(set => set.SetProperty(d => d.State, step.State).SetProperty(d => d.NextAttemptTime, step.NextAttemptTime).SetProperty(d => d.EndTime, end)
                .SetProperty(d => d.LastResult, outcome.Result).SetProperty(d => d.ResponseCode, outcome.Code), cancellationToken);
        if (written > 0 && end is not null)
        {
            // Locked by who is about to put it off, it is waited for: he has not seen yet that this one came to its end.
            await db.WebhookDeliveries.Where(d => d.WebhookId == call.WebhookId && d.OrderKey == call.OrderKey && d.State == WebhookDeliveryState.Waiting)
                .OrderBy(d => d.WebhookDeliveryId).Take(1).ExecuteUpdateAsync(set => set.SetProperty(d => d.NextAttemptTime, now), cancellationToken);
        }
        if (written > 0 && step.Disable)
        {
            await db.Webhooks.Where(w => w.WebhookId == call.WebhookId && !w.Disabled).ExecuteUpdateAsync(set => set.SetProperty(w => w.Disabled, true)
                .SetProperty(w => w.DisabledReason, "the receiver answered 410 (Gone)").SetProperty(w => w.UpdateTime, now).SetProperty(w => w.Version, w => w.Version + 1), cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
    }
}
