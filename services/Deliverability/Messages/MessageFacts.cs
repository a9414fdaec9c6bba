using System.Globalization;
using System.Text.Json;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Deliverability.Messages;

/// <summary>Something that happened to a message after it was handed over.</summary>
/// <param name="MessageId">The message.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Machine">Of an opening or a click: no person did it.</param>
/// <param name="Time">When, UTC.</param>
public readonly record struct MessageFact(long MessageId, DeliveryEventKind Kind, bool Machine, DateTime Time);

/// <summary>
/// Folds what happened into messages: of each kind the first time counts, of complaints and of what takes them back the last,
/// so the same again, or in another order, gives the same. Messages are locked in ascending order and before addresses, as everywhere.
/// </summary>
public sealed class MessageFacts(DeliverabilityDbContext db)
{
    // That it arrived, came back, was opened or was answered shows that it was sent, where nobody knew.
    private static readonly SqlText Fold = new(
        """
        WITH held AS MATERIALIZED (
          SELECT t.* FROM json_to_recordset(@rows::json) AS t(message_id bigint, deliver_time timestamp, open_time timestamp, click_time timestamp,
            machine_open_time timestamp, machine_click_time timestamp, unsubscribe_time timestamp, bounce_time timestamp, complain_time timestamp, not_spam_time timestamp)
          CROSS JOIN LATERAL (SELECT 1 FROM messages AS m WHERE m.account_id = @account AND m.message_id = t.message_id FOR UPDATE) AS m
        )
        UPDATE messages AS m SET
          deliver_time = LEAST(m.deliver_time, h.deliver_time AT TIME ZONE 'UTC'),
          open_time = LEAST(m.open_time, h.open_time AT TIME ZONE 'UTC'),
          click_time = LEAST(m.click_time, h.click_time AT TIME ZONE 'UTC'),
          machine_open_time = LEAST(m.machine_open_time, h.machine_open_time AT TIME ZONE 'UTC'),
          machine_click_time = LEAST(m.machine_click_time, h.machine_click_time AT TIME ZONE 'UTC'),
          unsubscribe_time = LEAST(m.unsubscribe_time, h.unsubscribe_time AT TIME ZONE 'UTC'),
          bounce_time = LEAST(m.bounce_time, h.bounce_time AT TIME ZONE 'UTC'),
          complain_time = GREATEST(m.complain_time, h.complain_time AT TIME ZONE 'UTC'),
          not_spam_time = GREATEST(m.not_spam_time, h.not_spam_time AT TIME ZONE 'UTC'),
          state = CASE WHEN m.state = 5 THEN 3 ELSE m.state END
        FROM held AS h WHERE m.account_id = @account AND m.message_id = h.message_id
        RETURNING m.message_id, m.followed
        """,
        """
        UPDATE m SET
          deliver_time = CASE WHEN h.deliver_time IS NULL OR m.deliver_time <= h.deliver_time THEN m.deliver_time ELSE h.deliver_time END,
          open_time = CASE WHEN h.open_time IS NULL OR m.open_time <= h.open_time THEN m.open_time ELSE h.open_time END,
          click_time = CASE WHEN h.click_time IS NULL OR m.click_time <= h.click_time THEN m.click_time ELSE h.click_time END,
          machine_open_time = CASE WHEN h.machine_open_time IS NULL OR m.machine_open_time <= h.machine_open_time THEN m.machine_open_time ELSE h.machine_open_time END,
          machine_click_time = CASE WHEN h.machine_click_time IS NULL OR m.machine_click_time <= h.machine_click_time THEN m.machine_click_time ELSE h.machine_click_time END,
          unsubscribe_time = CASE WHEN h.unsubscribe_time IS NULL OR m.unsubscribe_time <= h.unsubscribe_time THEN m.unsubscribe_time ELSE h.unsubscribe_time END,
          bounce_time = CASE WHEN h.bounce_time IS NULL OR m.bounce_time <= h.bounce_time THEN m.bounce_time ELSE h.bounce_time END,
          complain_time = CASE WHEN h.complain_time IS NULL OR m.complain_time >= h.complain_time THEN m.complain_time ELSE h.complain_time END,
          not_spam_time = CASE WHEN h.not_spam_time IS NULL OR m.not_spam_time >= h.not_spam_time THEN m.not_spam_time ELSE h.not_spam_time END,
          state = CASE WHEN m.state = 5 THEN 3 ELSE m.state END
        OUTPUT inserted.message_id, inserted.followed
        FROM messages AS m JOIN OPENJSON(@rows) WITH (message_id bigint, deliver_time datetime2(7), open_time datetime2(7), click_time datetime2(7),
          machine_open_time datetime2(7), machine_click_time datetime2(7), unsubscribe_time datetime2(7),
          bounce_time datetime2(7), complain_time datetime2(7), not_spam_time datetime2(7)) AS h
          ON m.account_id = @account AND m.message_id = h.message_id
        """);

    private static readonly SqlText Reclassify = new(
        """
        WITH held AS MATERIALIZED (
          SELECT m.message_id FROM unnest(@ids) AS k(id) CROSS JOIN LATERAL (
            SELECT x.message_id FROM messages AS x WHERE x.account_id = @account AND x.message_id = k.id AND x.followed FOR UPDATE) AS m
        )
        UPDATE messages AS m SET verdict_revision = m.verdict_revision + 1 FROM held AS h WHERE m.account_id = @account AND m.message_id = h.message_id
        RETURNING m.message_id
        """,
        """
        UPDATE m SET verdict_revision = m.verdict_revision + 1 OUTPUT inserted.message_id
        FROM messages AS m JOIN OPENJSON(@ids) AS k ON m.message_id = CAST(k.value AS bigint) WHERE m.account_id = @account AND m.followed = 1
        """);

    /// <summary>Kinds that show that a message went out.</summary>
    private static readonly DeliveryEventKind[] Shows =
    [
        DeliveryEventKind.Sent, DeliveryEventKind.Delivered, DeliveryEventKind.Failed, DeliveryEventKind.Relayed, DeliveryEventKind.Expanded, DeliveryEventKind.Complained,
        DeliveryEventKind.NotSpam, DeliveryEventKind.Unsubscribed, DeliveryEventKind.Opened, DeliveryEventKind.Clicked,
    ];

    /// <summary>Folds facts of messages of the context's account, within the open transaction. Those that are no messages of ours are passed over.</summary>
    /// <returns>Those of them of which others are told.</returns>
    public async Task<IReadOnlyList<long>> FoldAsync(IEnumerable<MessageFact> facts, CancellationToken cancellationToken)
    {
        var rows = facts.Where(f => f.MessageId != 0 && Shows.Contains(f.Kind)).GroupBy(f => f.MessageId).OrderBy(g => g.Key).Select(g => new
        {
            message_id = g.Key,
            deliver_time = First(g, DeliveryEventKind.Delivered),
            open_time = First(g, DeliveryEventKind.Opened),
            click_time = First(g, DeliveryEventKind.Clicked),
            machine_open_time = First(g, DeliveryEventKind.Opened, machine: true),
            machine_click_time = First(g, DeliveryEventKind.Clicked, machine: true),
            unsubscribe_time = First(g, DeliveryEventKind.Unsubscribed),
            bounce_time = First(g, DeliveryEventKind.Failed),
            complain_time = Last(g, DeliveryEventKind.Complained),
            not_spam_time = Last(g, DeliveryEventKind.NotSpam),
        }).ToList();
        if (rows.Count == 0)
        {
            return [];
        }
        await using var command = db.Database.GetDbConnection().Command(Fold, db.Database.CurrentTransaction!.GetDbTransaction());
        await using var reader = await command.With("account", db.AccountId).With("rows", JsonSerializer.Serialize(rows)).ExecuteReaderAsync(cancellationToken);
        var followed = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetBoolean(1))
            {
                followed.Add(reader.GetInt64(0));
            }
        }
        return followed;
    }

    /// <summary>Notes within the open transaction that failures of messages are classified anew.</summary>
    /// <param name="messageIds">In any order.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Those of them of which others are told.</returns>
    public async Task<IReadOnlyList<long>> ReclassifiedAsync(IEnumerable<long> messageIds, CancellationToken cancellationToken)
    {
        long[] ids = [.. messageIds.Where(id => id != 0).Distinct().Order()];
        var followed = new List<long>();
        if (ids.Length > 0)
        {
            await using var command = db.Database.GetDbConnection().Command(Reclassify, db.Database.CurrentTransaction!.GetDbTransaction());
            await using var reader = await command.With("account", db.AccountId).WithIds("ids", ids).ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                followed.Add(reader.GetInt64(0));
            }
        }
        return followed;
    }

    private static string? First(IEnumerable<MessageFact> facts, DeliveryEventKind kind, bool machine = false) =>
        Show(facts.Where(f => f.Kind == kind && f.Machine == machine).Select(f => (DateTime?)f.Time).Min());

    private static string? Last(IEnumerable<MessageFact> facts, DeliveryEventKind kind) => Show(facts.Where(f => f.Kind == kind).Select(f => (DateTime?)f.Time).Max());

    private static string? Show(DateTime? time) => time?.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}
