using System.Data.Common;
using System.Text.Json;
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
public sealed class SendQueue(DeliverabilityDbContext db, CurrentAccount account, SendGateStore gate, SendSettings settings, TimeProvider time)
{
    /// <summary>What stands for a recipient that was erased.</summary>
    private const string NoAddress = "NO_ADDRESS";

    /// <summary>How soon a sender is looked at again whose messages all go to domains that are busy.</summary>
    private static readonly TimeSpan BusyDelay = TimeSpan.FromMilliseconds(100);

    private static readonly SqlText NextSender = new(
        "SELECT account_id, sender_id, rate_time FROM senders WHERE due_time <= @now ORDER BY due_time LIMIT 1 FOR UPDATE SKIP LOCKED",
        "SELECT TOP (1) account_id, sender_id, rate_time FROM senders WITH (UPDLOCK, ROWLOCK, READPAST) WHERE due_time <= @now ORDER BY due_time");

    private static readonly SqlText NextMessages = new(
        """
        SELECT message_id, transmission_id, address_id, domain, display_name, variable_values, attempt_count FROM messages
        WHERE account_id = @account AND sender_id = @sender AND state = 1 AND next_attempt_time <= @now
          AND domain NOT IN (SELECT json_array_elements_text(@busy::json))
        ORDER BY next_attempt_time, message_id LIMIT @size FOR UPDATE SKIP LOCKED
        """,
        """
        SELECT TOP (@size) message_id, transmission_id, address_id, domain, display_name, variable_values, attempt_count FROM messages WITH (UPDLOCK, ROWLOCK, READPAST)
        WHERE account_id = @account AND sender_id = @sender AND state = 1 AND next_attempt_time <= @now
          AND domain NOT IN (SELECT [value] COLLATE DATABASE_DEFAULT FROM OPENJSON(@busy))
        ORDER BY next_attempt_time, message_id
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
        var room = SendDecisions.Room(sender.RateTime, settings.PerSenderPerSecond, now);
        var taken = room == 0 ? [] : await TakeAsync(sender, Math.Min(room, settings.GroupSize), busy, now, cancellationToken);
        var mails = await DecideAsync(taken, workerId, now, cancellationToken);
        var rateTime = mails.Count == 0 ? sender.RateTime : SendDecisions.Sent(sender.RateTime, settings.PerSenderPerSecond, mails.Count, now);
        var due = await DueAsync(sender.SenderId, rateTime, taken.Count, now, cancellationToken);
        await db.Senders.Where(s => s.SenderId == sender.SenderId)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.RateTime, rateTime).SetProperty(s => s.DueTime, due), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (true, mails);
    }

    private async Task<(long AccountId, long SenderId, DateTime RateTime)?> SenderAsync(DateTime now, CancellationToken cancellationToken)
    {
        await using var command = Command(NextSender).With("now", now);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetInt64(1), DateTime.SpecifyKind(reader.GetDateTime(2), DateTimeKind.Utc)) : null;
    }

    private async Task<List<ReservedMail>> TakeAsync((long AccountId, long SenderId, DateTime) sender, int size, IReadOnlyCollection<string> busy, DateTime now, CancellationToken cancellationToken)
    {
        await using var command = Command(NextMessages).With("account", sender.AccountId).With("sender", sender.SenderId).With("now", now)
            .With("busy", JsonSerializer.Serialize(busy)).With("size", size);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var taken = new List<ReservedMail>();
        while (await reader.ReadAsync(cancellationToken))
        {
            taken.Add(new(sender.AccountId, reader.GetInt64(0), reader.GetInt64(1), sender.SenderId, reader.GetInt64(2), "", reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetInt32(6) + 1));
        }
        return taken;
    }

    /// <summary>Reserves what the gate lets pass, and ends the rest with the reason.</summary>
    private async Task<List<ReservedMail>> DecideAsync(List<ReservedMail> taken, long workerId, DateTime now, CancellationToken cancellationToken)
    {
        if (taken.Count == 0)
        {
            return [];
        }
        long[] addressIds = [.. taken.Select(m => m.AddressId).Distinct()];
        var decisions = await gate.CheckAsync(addressIds, cancellationToken);
        var addresses = await db.Addresses.Where(a => addressIds.Contains(a.AddressId) && a.KeyId == null).Select(a => new { a.AddressId, a.Address }).ToDictionaryAsync(a => a.AddressId, a => a.Address, cancellationToken);
        var mails = new List<ReservedMail>(taken.Count);
        // One message for an address in a group: the gate lets a full mailbox be tried once, and must see that it was.
        foreach (var mail in taken.DistinctBy(m => m.AddressId))
        {
            if (addresses.TryGetValue(mail.AddressId, out var address) && decisions[mail.AddressId].Sendable)
            {
                mails.Add(mail with { Address = address });
            }
        }
        var refused = taken.DistinctBy(m => m.AddressId).Where(m => !addresses.ContainsKey(m.AddressId) || !decisions[m.AddressId].Sendable)
            .GroupBy(m => addresses.ContainsKey(m.AddressId) ? Reason(decisions[m.AddressId].Status) : NoAddress);
        foreach (var group in refused)
        {
            long[] ids = [.. group.Select(m => m.MessageId)];
            await db.Messages.Where(m => ids.Contains(m.MessageId))
                // It is never sent, so nobody needs what it would have said.
                .ExecuteUpdateAsync(set => set.SetProperty(m => m.State, MessageState.Refused).SetProperty(m => m.RefusalReason, group.Key).SetProperty(m => m.VariableValues, "{}"), cancellationToken);
        }
        long[] reserved = [.. mails.Select(m => m.MessageId)];
        if (reserved.Length > 0)
        {
            var lease = now + settings.Lease;
            await db.Messages.Where(m => reserved.Contains(m.MessageId)).ExecuteUpdateAsync(set => set.SetProperty(m => m.State, MessageState.Sending)
                .SetProperty(m => m.AttemptCount, m => m.AttemptCount + 1).SetProperty(m => m.WorkerId, workerId).SetProperty(m => m.LeaseTime, lease), cancellationToken);
        }
        return mails;
    }

    /// <summary>When the sender's queue is to be looked at next: null for an empty one. What was refused takes nothing of its rate.</summary>
    private async Task<DateTime?> DueAsync(long senderId, DateTime rateTime, int taken, DateTime now, CancellationToken cancellationToken)
    {
        var next = await db.Messages.Where(m => m.SenderId == senderId && m.State == MessageState.Queued).MinAsync(m => (DateTime?)m.NextAttemptTime, cancellationToken);
        if (next is null)
        {
            return null;
        }
        var due = next > now ? next.Value : now;
        if (SendDecisions.Room(rateTime, settings.PerSenderPerSecond, now) == 0)
        {
            var room = SendDecisions.RoomTime(rateTime, settings.PerSenderPerSecond);
            return room > due ? room : due;
        }
        return taken == 0 && next <= now ? now + BusyDelay : due;
    }

    private static string Reason(DeliverabilityStatus status) =>
        string.Concat(status.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));

    private DbCommand Command(SqlText sql) => db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction());
}
