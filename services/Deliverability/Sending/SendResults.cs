using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using ContactPlatform.Deliverability.Changes;
using ContactPlatform.Deliverability.DeliveryEvents;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>Writes what became of reserved messages: the messages, their places in the queue, their events, the facts of their addresses, and what others are told, in one transaction.</summary>
public sealed class SendResults(DeliverabilityDbContext db, DeliveryEventStore events, MessageAnnouncer announcer, SendSettings settings, TimeProvider time)
{
    private const string Columns = "message_id bigint, reservation bigint, state smallint, attempt_count int, smtp_code int, enhanced_code varchar(9)";

    // Its number tells this reservation from any other. A reservation that was given up meanwhile, since nothing was
    // heard from this process, is put right: what really happened is known now.
    private static readonly SqlText Write = new(
        $"""
        UPDATE messages AS m SET state = r.state, attempt_count = r.attempt_count, next_attempt_time = r.next_time, send_time = r.send_time,
          smtp_code = r.smtp_code, enhanced_code = r.enhanced_code, diagnostic = r.diagnostic, bounce_time = LEAST(m.bounce_time, r.bounce_time)
        FROM json_to_recordset(@rows::json) AS r({Columns}, next_time timestamptz, send_time timestamptz, bounce_time timestamptz, diagnostic text)
        WHERE m.account_id = @account AND m.message_id = r.message_id AND m.worker_id = @worker AND m.reservation = r.reservation AND m.state IN (2, 5)
        RETURNING m.message_id, m.followed
        """,
        $"""
        UPDATE m SET state = r.state, attempt_count = r.attempt_count, next_attempt_time = r.next_time, send_time = r.send_time,
          smtp_code = r.smtp_code, enhanced_code = r.enhanced_code, diagnostic = r.diagnostic,
          bounce_time = CASE WHEN r.bounce_time IS NULL OR m.bounce_time <= r.bounce_time THEN m.bounce_time ELSE r.bounce_time END
        OUTPUT inserted.message_id, inserted.followed
        FROM messages AS m JOIN OPENJSON(@rows) WITH ({Columns}, next_time datetime2(7), send_time datetime2(7), bounce_time datetime2(7), diagnostic nvarchar(500)) AS r
          ON m.account_id = @account AND m.message_id = r.message_id
        WHERE m.worker_id = @worker AND m.reservation = r.reservation AND m.state IN (2, 5)
        """);

    // Before messages, as where reservations are given up.
    private static readonly SqlText End = new(
        "DELETE FROM mail_reservations WHERE account_id = @account AND worker_id = @worker AND reservation = ANY(@ids)",
        "DELETE FROM mail_reservations WHERE account_id = @account AND worker_id = @worker AND reservation IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))");

    /// <summary>Writes results of whole reservations of the context's account. Again they change nothing.</summary>
    /// <param name="workerId">The process that reserved them.</param>
    /// <param name="results">What became of them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteAsync(long workerId, IReadOnlyList<SendResult> results, CancellationToken cancellationToken)
    {
        var steps = results.Select(r => (Result: r, Step: SendDecisions.After(r.Mail.AttemptCount, r.Outcome, r.Time, settings.Delays))).ToList();
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        await using (var end = Command(End).With("account", db.AccountId).With("worker", workerId).WithIds("ids", [.. results.Select(r => r.Mail.Reservation).Distinct()]))
        {
            await end.ExecuteNonQueryAsync(cancellationToken);
        }
        var (written, followed) = (new HashSet<long>(), new List<long>());
        await using (var command = Command(Write).With("account", db.AccountId).With("worker", workerId))
        {
            command.With("rows", JsonSerializer.Serialize(steps.OrderBy(s => s.Result.Mail.MessageId).Select(s => new
            {
                message_id = s.Result.Mail.MessageId,
                reservation = s.Result.Mail.Reservation,
                state = (short)s.Step.State,
                attempt_count = s.Step.AttemptCount,
                next_time = Show(s.Step.NextAttemptTime),
                send_time = s.Step.State == MessageState.Sent ? Show(s.Result.Time) : null,
                bounce_time = s.Step.State == MessageState.Failed ? Show(s.Result.Time) : null,
                smtp_code = s.Result.Outcome?.Code ?? 0,
                enhanced_code = s.Result.Outcome?.EnhancedCode ?? "",
                diagnostic = s.Result.Outcome?.Text ?? "",
            })));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                written.Add(reader.GetInt64(0));
                if (reader.GetBoolean(1))
                {
                    followed.Add(reader.GetInt64(0));
                }
            }
        }
        await ReturnAsync([.. steps.Where(s => s.Step.State == MessageState.Queued && written.Contains(s.Result.Mail.MessageId))], cancellationToken);
        await events.RecordAsync([.. steps.Where(s => written.Contains(s.Result.Mail.MessageId)).Select(s => Event(s.Result, s.Step.State)).OfType<EventDraft>()], null, cancellationToken, told: true);
        await announcer.TellAsync(followed, null, time.Now(), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task ReturnAsync(IReadOnlyList<(SendResult Result, NextStep Step)> queued, CancellationToken cancellationToken)
    {
        if (queued.Count == 0)
        {
            return;
        }
        await using var back = Command(QueueSql.Return).With("account", db.AccountId).WithIds("ids", [.. queued.Select(q => q.Result.Mail.MessageId)]);
        await back.ExecuteNonQueryAsync(cancellationToken);
        // By ascending id, so that two who wake several wait for each other and none for ever.
        foreach (var sender in queued.GroupBy(q => q.Result.Mail.SenderId).OrderBy(g => g.Key))
        {
            await using var wake = Command(QueueSql.Wake).With("account", db.AccountId).With("sender", sender.Key).With("due", sender.Min(q => q.Step.NextAttemptTime));
            await wake.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private DbCommand Command(SqlText sql) => db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction());

    /// <summary>What is told of a message that needs no further attempt; null for the others.</summary>
    private static EventDraft? Event(SendResult result, MessageState state) => state is not (MessageState.Sent or MessageState.Failed) ? null : new()
    {
        Source = EventSources.Sending,
        Key = string.Create(CultureInfo.InvariantCulture, $"{result.Mail.MessageId}:{state}"),
        Kind = state == MessageState.Sent ? DeliveryEventKind.Sent : DeliveryEventKind.Failed,
        Time = result.Time,
        MessageId = result.Mail.MessageId,
        AddressId = result.Mail.AddressId,
        Status = state == MessageState.Failed ? result.Outcome?.EnhancedCode ?? "" : "",
        Diagnostic = state == MessageState.Failed && result.Outcome is { } outcome ? EventText.Clean(outcome.Text, EventLimits.Diagnostic) : "",
        // What fails before the recipient was named is not the recipient's.
        OfSender = state == MessageState.Failed && result.Outcome is { OfRecipient: false },
    };

    private static string Show(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
