using System.Data.Common;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.Webhooks;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>
/// Takes deliveries for this process, in a transaction that is committed before any of them is sent. What is taken is not
/// due again before its lease is over, and stays the first of its contact, so what follows it waits. Whoever dies leaves
/// it to be taken again.
/// </summary>
public sealed class WebhookTurns(DeliverabilityDbContext db, CurrentAccount account, WebhookSecrets secrets, WebhookSettings settings, TimeProvider time)
{
    /// <summary>Due deliveries that a turn looks at.</summary>
    private const int Considered = 100;

    /// <summary>Webhooks that are looked at in one go.</summary>
    private const int Webhooks = 64;

    /// <summary>How soon what waits for another is looked at again, where nothing wakes it before.</summary>
    private static readonly TimeSpan Behind = TimeSpan.FromMilliseconds(250);

    private static readonly SqlText Due = new(
        """
        SELECT webhook_delivery_id, order_key FROM webhook_deliveries
        WHERE account_id = @account AND webhook_id = @webhook AND state = 1 AND next_attempt_time <= @now
        ORDER BY next_attempt_time, webhook_delivery_id LIMIT @size FOR UPDATE SKIP LOCKED
        """,
        """
        SELECT TOP (@size) webhook_delivery_id, order_key FROM webhook_deliveries WITH (UPDLOCK, ROWLOCK, READPAST)
        WHERE account_id = @account AND webhook_id = @webhook AND state = 1 AND next_attempt_time <= @now
        ORDER BY next_attempt_time, webhook_delivery_id
        """);

    // One look into the index for each.
    private static readonly SqlText First = new(
        """
        SELECT k.order_key, f.webhook_delivery_id, f.next_attempt_time FROM unnest(@keys) AS k(order_key)
        CROSS JOIN LATERAL (SELECT webhook_delivery_id, next_attempt_time FROM webhook_deliveries
          WHERE account_id = @account AND webhook_id = @webhook AND state = 1 AND order_key = k.order_key ORDER BY webhook_delivery_id LIMIT 1) AS f
        """,
        """
        SELECT k.order_key, f.webhook_delivery_id, f.next_attempt_time FROM (SELECT CAST(value AS bigint) AS order_key FROM OPENJSON(@keys)) AS k
        CROSS APPLY (SELECT TOP (1) webhook_delivery_id, next_attempt_time FROM webhook_deliveries
          WHERE account_id = @account AND webhook_id = @webhook AND state = 1 AND order_key = k.order_key ORDER BY webhook_delivery_id) AS f
        """);

    /// <summary>Webhooks of all accounts that something is due for, by ascending id from behind one.</summary>
    public async Task<List<(long AccountId, long WebhookId)>> DueAsync(long after, CancellationToken cancellationToken)
    {
        var now = time.Now();
        var found = await db.Webhooks.IgnoreQueryFilters().Where(w => !w.Disabled && w.WebhookId > after
                && db.WebhookDeliveries.Any(d => d.AccountId == w.AccountId && d.WebhookId == w.WebhookId && d.State == WebhookDeliveryState.Waiting && d.NextAttemptTime <= now))
            .OrderBy(w => w.WebhookId).Select(w => new { w.AccountId, w.WebhookId }).Take(Webhooks).ToListAsync(cancellationToken);
        return [.. found.Select(w => (w.AccountId, w.WebhookId))];
    }

    /// <summary>Takes deliveries of a webhook that are due and first of their contacts.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="room">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<WebhookCall>> TakeAsync(long accountId, long webhookId, int room, CancellationToken cancellationToken)
    {
        account.Id = accountId;
        var now = time.Now();
        if (await db.Webhooks.AsNoTracking().SingleOrDefaultAsync(w => w.WebhookId == webhookId && !w.Disabled, cancellationToken) is not { } webhook)
        {
            return [];
        }
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var due = await DueOfAsync(webhookId, now, cancellationToken);
        var first = await FirstAsync(webhookId, [.. due.Select(d => d.OrderKey).Distinct()], cancellationToken);
        long[] taken = [.. due.Where(d => first.GetValueOrDefault(d.OrderKey).Id == d.Id).Select(d => d.Id).Take(room)];
        var lease = now + settings.Lease;
        await db.WebhookDeliveries.Where(d => d.WebhookId == webhookId && taken.Contains(d.WebhookDeliveryId)).ExecuteUpdateAsync(set => set
            .SetProperty(d => d.AttemptCount, d => d.AttemptCount + 1).SetProperty(d => d.AttemptTime, now).SetProperty(d => d.NextAttemptTime, lease)
            .SetProperty(d => d.LastResult, WebhookAttemptResult.Unspecified).SetProperty(d => d.ResponseCode, 0), cancellationToken);
        await PostponeAsync(webhookId, due.Where(d => first.GetValueOrDefault(d.OrderKey).Id != d.Id)
            .Select(d => (d.Id, Time: taken.Contains(first.GetValueOrDefault(d.OrderKey).Id) ? lease : first.GetValueOrDefault(d.OrderKey).Time)), now + Behind, cancellationToken);
        var rows = await db.WebhookDeliveries.AsNoTracking().Where(d => d.WebhookId == webhookId && taken.Contains(d.WebhookDeliveryId)).OrderBy(d => d.WebhookDeliveryId).ToListAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        var keys = rows.Count == 0 ? [] : secrets.At(webhook, now);
        return [.. rows.Select(d => new WebhookCall(accountId, webhookId, d.WebhookDeliveryId, d.OrderKey, d.AttemptCount, new(webhook.Url), keys, d.Body))];
    }

    /// <summary>What waits for another is not looked at again before that can be over; when it is over before, it is woken.</summary>
    private async Task PostponeAsync(long webhookId, IEnumerable<(long Id, DateTime Time)> waiting, DateTime earliest, CancellationToken cancellationToken)
    {
        foreach (var group in waiting.GroupBy(w => w.Time > earliest ? w.Time : earliest, w => w.Id))
        {
            long[] ids = [.. group];
            await db.WebhookDeliveries.Where(d => d.WebhookId == webhookId && ids.Contains(d.WebhookDeliveryId))
                .ExecuteUpdateAsync(set => set.SetProperty(d => d.NextAttemptTime, group.Key), cancellationToken);
        }
    }

    private async Task<List<(long Id, long OrderKey)>> DueOfAsync(long webhookId, DateTime now, CancellationToken cancellationToken)
    {
        await using var command = Command(Due, webhookId).With("now", now).With("size", Considered);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<(long, long)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            due.Add((reader.GetInt64(0), reader.GetInt64(1)));
        }
        return due;
    }

    private async Task<Dictionary<long, (long Id, DateTime Time)>> FirstAsync(long webhookId, long[] keys, CancellationToken cancellationToken)
    {
        var first = new Dictionary<long, (long, DateTime)>();
        if (keys.Length > 0)
        {
            await using var command = Command(First, webhookId).WithIds("keys", keys);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                first[reader.GetInt64(0)] = (reader.GetInt64(1), DateTime.SpecifyKind(reader.GetDateTime(2), DateTimeKind.Utc));
            }
        }
        return first;
    }

    private DbCommand Command(SqlText sql, long webhookId) =>
        db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId).With("webhook", webhookId);
}
