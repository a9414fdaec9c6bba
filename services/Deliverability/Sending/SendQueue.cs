using System.Data.Common;
using System.Text.Json;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.Changes;
using ContactPlatform.Deliverability.Sendability;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>
/// Reserves messages, in a transaction of its own that is committed before any of them is sent: whoever dies afterwards
/// leaves them reserved, and nobody sends them again. Senders take turns; a sender's row, locked, is its turn.
/// </summary>
public sealed class SendQueue(DeliverabilityDbContext db, CurrentAccount account, AddressFactStore facts, MessageAnnouncer announcer, SendSettings settings, TimeProvider time)
{
    /// <summary>What stands for a recipient that was erased.</summary>
    private const string NoAddress = "NO_ADDRESS";

    /// <summary>How soon a sender is looked at again whose messages all go to domains that are busy.</summary>
    private static readonly TimeSpan BusyDelay = TimeSpan.FromMilliseconds(100);

    private static readonly SqlText NextSender = new(
        "SELECT account_id, sender_id, rate_time FROM senders WHERE due_time <= @now ORDER BY due_time LIMIT 1 FOR UPDATE SKIP LOCKED",
        "SELECT TOP (1) account_id, sender_id, rate_time FROM senders WITH (UPDLOCK, ROWLOCK, READPAST) WHERE due_time <= @now ORDER BY due_time");

    private const string Of = "m.message_id, m.transmission_id, m.address_id, m.domain, m.display_name, m.variable_values, m.attempt_count, m.reservation_count, a.address, a.key_id";

    // With what the gate needs to know of their addresses.
    private static readonly SqlText NextMessages = new(
        $"""
        SELECT {Of}, {FactSql.GateOfA}
        FROM (SELECT message_id, transmission_id, address_id, domain, display_name, variable_values, attempt_count, reservation_count, next_attempt_time FROM messages
          WHERE account_id = @account AND sender_id = @sender AND state = 1 AND next_attempt_time <= @now
            AND domain NOT IN (SELECT json_array_elements_text(@busy::json))
          ORDER BY next_attempt_time, message_id LIMIT @size FOR UPDATE SKIP LOCKED) AS m
        CROSS JOIN LATERAL (SELECT * FROM addresses WHERE account_id = @account AND address_id = m.address_id LIMIT 1) AS a
        ORDER BY m.next_attempt_time, m.message_id
        """,
        $"""
        SELECT {Of}, {FactSql.GateOfA}
        FROM (SELECT TOP (@size) message_id, transmission_id, address_id, domain, display_name, variable_values, attempt_count, reservation_count, next_attempt_time
          FROM messages WITH (UPDLOCK, ROWLOCK, READPAST)
          WHERE account_id = @account AND sender_id = @sender AND state = 1 AND next_attempt_time <= @now
            AND domain NOT IN (SELECT [value] COLLATE DATABASE_DEFAULT FROM OPENJSON(@busy))
          ORDER BY next_attempt_time, message_id) AS m
        JOIN addresses AS a ON a.account_id = @account AND a.address_id = m.address_id
        ORDER BY m.next_attempt_time, m.message_id
        """);

    private static readonly SqlText Take = new(
        """
        UPDATE messages AS m SET state = 2, attempt_count = attempt_count + 1, reservation_count = reservation_count + 1, worker_id = @worker, lease_time = @lease
        FROM unnest(@ids) AS k(id) WHERE m.account_id = @account AND m.message_id = k.id
        """,
        """
        UPDATE messages SET state = 2, attempt_count = attempt_count + 1, reservation_count = reservation_count + 1, worker_id = @worker, lease_time = @lease
        WHERE account_id = @account AND message_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        """);

    // The queue is looked at again when its first message is due, and not before there is room for it.
    private static readonly SqlText EndTurn = new(
        """
        UPDATE senders SET rate_time = @rate, due_time = (SELECT CASE WHEN q.first_time IS NULL THEN NULL ELSE GREATEST(q.first_time, @floor) END
          FROM (SELECT MIN(next_attempt_time) AS first_time FROM messages WHERE account_id = @account AND sender_id = @sender AND state = 1) AS q)
        WHERE account_id = @account AND sender_id = @sender
        """,
        """
        UPDATE senders SET rate_time = @rate, due_time = (SELECT CASE WHEN q.first_time < @floor THEN @floor ELSE q.first_time END
          FROM (SELECT MIN(next_attempt_time) AS first_time FROM messages WHERE account_id = @account AND sender_id = @sender AND state = 1) AS q)
        WHERE account_id = @account AND sender_id = @sender
        """);

    /// <summary>True when some sender's turn has come.</summary>
    public Task<bool> AnyDueAsync(CancellationToken cancellationToken)
    {
        var now = time.Now();
        return db.Senders.IgnoreQueryFilters().AnyAsync(s => s.DueTime <= now, cancellationToken);
    }

    /// <summary>Takes a sender's turn: asks the gate about its next messages, and reserves those that may be sent.</summary>
    /// <param name="workerId">This process.</param>
    /// <param name="busy">Domains that get no more now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The messages, of one account; none when there is nothing to send now. False when no sender's turn had come.</returns>
    public async Task<(bool Any, IReadOnlyList<ReservedMail> Mails)> ReserveAsync(long workerId, IReadOnlyCollection<string> busy, CancellationToken cancellationToken)
    {
        var now = time.Now();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await SenderAsync(now, cancellationToken) is not { } sender)
        {
            return (false, []);
        }
        account.Id = sender.AccountId;
        var before = SendDecisions.RateTime(sender.RateTime, settings.PerSenderPerSecond, now);
        var room = SendDecisions.Room(before, settings.PerSenderPerSecond, now);
        var waiting = room == 0 ? [] : await TakeAsync(sender, Math.Min(room, settings.GroupSize), busy, now, cancellationToken);
        var mails = await DecideAsync(waiting, now, cancellationToken);
        if (mails.Count > 0)
        {
            await using var take = Command(Take).With("account", db.AccountId).WithIds("ids", [.. mails.Select(m => m.MessageId)]).With("worker", workerId).With("lease", now + settings.Lease);
            await take.ExecuteNonQueryAsync(cancellationToken);
        }
        // What was refused takes nothing of the rate.
        var rateTime = mails.Count == 0 ? before : SendDecisions.Sent(before, settings.PerSenderPerSecond, mails.Count, now);
        var floor = SendDecisions.Room(rateTime, settings.PerSenderPerSecond, now) == 0 ? SendDecisions.RoomTime(rateTime, settings.PerSenderPerSecond) : waiting.Count == 0 ? now + BusyDelay : now;
        await using var end = Command(EndTurn).With("account", db.AccountId).With("sender", sender.SenderId).With("rate", rateTime).With("floor", floor > now ? floor : now);
        await end.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (true, mails);
    }

    private async Task<(long AccountId, long SenderId, DateTime RateTime)?> SenderAsync(DateTime now, CancellationToken cancellationToken)
    {
        await using var command = Command(NextSender).With("now", now);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetInt64(1), DateTime.SpecifyKind(reader.GetDateTime(2), DateTimeKind.Utc)) : null;
    }

    private async Task<List<Waiting>> TakeAsync((long AccountId, long SenderId, DateTime) sender, int size, IReadOnlyCollection<string> busy, DateTime now, CancellationToken cancellationToken)
    {
        await using var command = Command(NextMessages).With("account", sender.AccountId).With("sender", sender.SenderId).With("now", now)
            .With("busy", JsonSerializer.Serialize(busy)).With("size", size);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var taken = new List<Waiting>();
        while (await reader.ReadAsync(cancellationToken))
        {
            taken.Add(new(
                new(sender.AccountId, reader.GetInt64(0), reader.GetInt64(1), sender.SenderId, reader.GetInt64(2), reader.GetString(8), reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetInt32(6) + 1, reader.GetInt32(7) + 1),
                Erased: !reader.IsDBNull(9), SendGate.Decide(FactSql.GateFacts(reader, 10), now)));
        }
        return taken;
    }

    /// <summary>Returns what the gate lets pass, and ends the rest with the reason.</summary>
    private async Task<List<ReservedMail>> DecideAsync(List<Waiting> waiting, DateTime now, CancellationToken cancellationToken)
    {
        // One message for an address in a group; the others wait for the next.
        var first = waiting.DistinctBy(w => w.Mail.AddressId).ToList();
        var tried = await TriedAsync([.. first.Where(w => w.Decision.IsTrial).Select(w => w.Mail.AddressId)], now, cancellationToken);
        var refused = first.Where(w => w.Erased || !w.Decision.Sendable || tried.Contains(w.Mail.AddressId)).ToList();
        foreach (var group in refused.GroupBy(w => w.Erased ? NoAddress : Reason(w.Decision.Status)))
        {
            long[] ids = [.. group.Select(w => w.Mail.MessageId)];
            await db.Messages.Where(m => ids.Contains(m.MessageId))
                // It is never sent, so nobody needs what it would have said.
                .ExecuteUpdateAsync(set => set.SetProperty(m => m.State, MessageState.Refused).SetProperty(m => m.RefusalReason, group.Key).SetProperty(m => m.VariableValues, "{}"), cancellationToken);
            if (MessageAnnouncer.IsHardRefusal(group.Key))
            {
                await announcer.TellAsync(await db.Messages.Where(m => ids.Contains(m.MessageId) && m.Followed).Select(m => m.MessageId).ToListAsync(cancellationToken), null, now, cancellationToken);
            }
        }
        return [.. first.Except(refused).Select(w => w.Mail)];
    }

    /// <summary>Of addresses that one message may be tried with, those where another one is being tried, or was a moment ago.</summary>
    private async Task<HashSet<long>> TriedAsync(long[] addressIds, DateTime now, CancellationToken cancellationToken)
    {
        if (addressIds.Length == 0)
        {
            return [];
        }
        // Locked, so that of two who would try, of one sender or two, the second sees the first.
        var held = await facts.FoldAsync([], addressIds, null, cancellationToken);
        var sending = await db.Messages.Where(m => m.State == MessageState.Sending && addressIds.Contains(m.AddressId)).Select(m => m.AddressId).ToListAsync(cancellationToken);
        return [.. sending, .. held.Values.Where(s => !SendGate.Decide(s.Facts, now).Sendable).Select(s => s.AddressId)];
    }

    /// <summary>Why a message is refused to an address that is shown so: the status' name.</summary>
    public static string Reason(DeliverabilityStatus status) =>
        string.Concat(status.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));

    /// <summary>A message whose turn has come, with what the gate says of its address.</summary>
    private sealed record Waiting(ReservedMail Mail, bool Erased, SendDecision Decision);

    private DbCommand Command(SqlText sql) => db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction());
}
