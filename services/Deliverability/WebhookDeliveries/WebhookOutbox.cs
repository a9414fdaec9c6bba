using System.Globalization;
using System.Text;
using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.Webhooks;
using ContactPlatform.ServiceDefaults.Data;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using NpgsqlTypes;

namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>Puts events down for the webhooks that want them, within the transaction that makes them known.</summary>
public sealed class WebhookOutbox(DeliverabilityDbContext db, IdSequence ids, TimeProvider time)
{
    private const string Table = "webhook_deliveries";

    /// <summary>How far the clocks of services may be apart: what a feed tells from before a webhook was made is not told to it.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromMinutes(5);

    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));

    private static readonly BulkColumn[] Columns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("webhook_id", NpgsqlDbType.Bigint), new("order_key", NpgsqlDbType.Bigint), new("event_type", NpgsqlDbType.Smallint), new("body", NpgsqlDbType.Bytea),
        new("state", NpgsqlDbType.Smallint), new("attempt_count", NpgsqlDbType.Integer), new("next_attempt_time", NpgsqlDbType.TimestampTz), new("last_result", NpgsqlDbType.Smallint),
        new("response_code", NpgsqlDbType.Integer), new("create_time", NpgsqlDbType.TimestampTz),
    ];

    private (long Account, Guid Transaction, IReadOnlyList<WebhookWish> Wishes)? known;

    /// <summary>What the webhooks of the context's account want; asked once in a transaction.</summary>
    public async Task<IReadOnlyList<WebhookWish>> WishesAsync(CancellationToken cancellationToken)
    {
        var transaction = db.Database.CurrentTransaction!.TransactionId;
        if (known is not { } at || (at.Account, at.Transaction) != (db.AccountId, transaction))
        {
            known = at = (db.AccountId, transaction, await db.Webhooks.Where(w => !w.Disabled).OrderBy(w => w.WebhookId)
                .Select(w => new WebhookWish(w.WebhookId, w.EventMask, w.CreateTime)).ToListAsync(cancellationToken));
        }
        return at.Wishes;
    }

    /// <summary>Puts events down, in their order.</summary>
    /// <param name="notes">The events; asked for only where somebody wants any.</param>
    /// <param name="knownTime">When they became known to the platform, UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task AddAsync(IEnumerable<WebhookNote> notes, DateTime knownTime, CancellationToken cancellationToken)
    {
        var wishes = (await WishesAsync(cancellationToken)).Where(w => knownTime >= w.CreateTime - Apart).ToList();
        if (wishes.Count > 0)
        {
            var now = time.Now();
            await BulkCopy.WriteAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), Table, Columns, Rows(notes, wishes, now), cancellationToken);
        }
    }

    /// <summary>Puts a test down, and saves it.</summary>
    public async Task<long> AddTestAsync(long webhookId, Actor actor, CancellationToken cancellationToken)
    {
        var now = time.Now();
        var data = new WebhookEventData { Actor = actor, Test = "This is a test." };
        var row = new WebhookDeliveryRow
        {
            AccountId = db.AccountId,
            WebhookId = webhookId,
            // In order with nothing else.
            OrderKey = -await ids.NextAsync(cancellationToken),
            EventType = WebhookEventType.WebhookTest,
            Body = Body(new(WebhookEventType.WebhookTest, 0, now, data)),
            NextAttemptTime = now,
            CreateTime = now,
        };
        db.WebhookDeliveries.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        return row.WebhookDeliveryId;
    }

    /// <summary>Puts an event down for one webhook, whatever it wants, and saves it.</summary>
    public async Task<long> AddToAsync(long webhookId, WebhookNote note, CancellationToken cancellationToken)
    {
        var now = time.Now();
        var row = new WebhookDeliveryRow { AccountId = db.AccountId, WebhookId = webhookId, OrderKey = note.OrderKey, EventType = note.Type, Body = Body(note), NextAttemptTime = now, CreateTime = now };
        db.WebhookDeliveries.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        return row.WebhookDeliveryId;
    }

    /// <summary>Forgets what may tell of erased people, also what waits.</summary>
    /// <param name="db">The database.</param>
    /// <param name="contactIds">The contacts.</param>
    /// <param name="addressIds">The addresses that go with them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task EraseAsync(DeliverabilityDbContext db, IEnumerable<long> contactIds, IEnumerable<long> addressIds, CancellationToken cancellationToken)
    {
        long[] keys = [.. contactIds, .. addressIds.Select(id => -id)];
        await db.WebhookDeliveries.Where(d => keys.Contains(d.OrderKey) && WebhookTypes.Personal.Contains(d.EventType)).ExecuteDeleteAsync(cancellationToken);
    }

    private IEnumerable<object?[]> Rows(IEnumerable<WebhookNote> notes, List<WebhookWish> wishes, DateTime now)
    {
        foreach (var note in notes)
        {
            byte[]? body = null;
            foreach (var wish in wishes.Where(w => w.Wants(note.Type)))
            {
                body ??= Body(note);
                yield return
                [
                    db.AccountId, wish.WebhookId, note.OrderKey, (short)note.Type, body, (short)WebhookDeliveryState.Waiting, 0, now, (short)WebhookAttemptResult.Unspecified, 0, now,
                ];
            }
        }
    }

    private byte[] Body(WebhookNote note)
    {
        note.Data.AccountId = db.AccountId;
        return Encoding.UTF8.GetBytes(Json.Format(new WebhookEvent { Type = WebhookTypes.Name(note.Type), Timestamp = note.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture), Data = note.Data }));
    }
}

/// <summary>What a webhook wants.</summary>
/// <param name="WebhookId">The webhook.</param>
/// <param name="EventMask">See <see cref="WebhookTypes"/>.</param>
/// <param name="CreateTime">When it was made.</param>
public sealed record WebhookWish(long WebhookId, long EventMask, DateTime CreateTime)
{
    /// <summary>Whether it wants a type.</summary>
    public bool Wants(WebhookEventType type) => WebhookTypes.Wants(EventMask, type);
}
